"""Backup, restore, verify. Code → (zh-CN, en); see `hallctl.sentences`."""

from typing import Final

KEEPING: Final = {
    "verify.changed": (
        "第 {seq} 条与前面的记录接不上：它或它前面的一条被改动过。请保护现场，从备份核对。",
        "Record {seq} does not follow the one before: it or that one was changed. Leave all as it is and compare with "
        "a backup.",
    ),
    "verify.missing": (
        "缺第 {seq} 到第 {last} 条：记录被删除。请从备份核对。",
        "Records {seq} to {last} are missing: they were removed. Compare with a backup.",
    ),
    "verify.private": (
        "第 {seq} 条的个人信息被改动过（按规定清空不算）。请从备份核对。",
        "The personal part of record {seq} was changed (emptying it by rule would be in order). Compare with a backup.",
    ),
    "verify.seal": (
        "第 {seq} 条与纸上的封签不符：这一天或之前的记录被改写过。请从备份核对。",
        "Record {seq} is not the one of the seal on paper: that day or something before it was rewritten. Compare with "
        "a backup.",
    ),
    "verify.cut": (
        "封签的第 {seq} 条已不存在，流水账到第 {last} 条为止：末尾被删除，或恢复到了更早的时刻。",
        "The sealed record {seq} is gone; the journal ends at {last}: its end was removed, or the hall was restored to "
        "an earlier moment.",
    ),
    "verify.unreadable": (
        "从第 {seq} 条起读不出来（{detail}）。请从备份恢复：hallctl restore。",
        "From record {seq} on it cannot be read ({detail}). Restore from a backup: hallctl restore.",
    ),
    "verify.file": (
        "数据库文件损坏（{detail}）。请从备份恢复：hallctl restore。",
        "The database file is damaged ({detail}). Restore from a backup: hallctl restore.",
    ),
    "verify.rows": (
        "表与流水账不一致：{what}。以流水账为准；请从备份恢复并告知开发者。",
        "The tables do not say what the journal says: {what}. The journal counts; restore, and tell the developers.",
    ),
    "verify.replay": (
        "第 {seq} 条不能重放（{detail}）。请用写下它的 hallctl 版本核对。",
        "Record {seq} cannot be replayed ({detail}). Verify with the version of hallctl that wrote it.",
    ),
    "verify.no_hall": (
        "{path} 里没有大厅数据。请用 --data 指明数据目录或备份文件。",
        "There is no hall in {path}. Name the data directory or a backup file with --data.",
    ),
    "verify.bad_seal": (
        "封签 {seal} 写法不对，应为“序号:64 位十六进制”。请照纸上重新输入。",
        "The seal {seal} is not SEQ:HASH (64 hexadecimal digits). Type it again from the paper.",
    ),
    "seal.no_day": (
        "{day} 没有记录，没有可封的流水账。请核对日期。",
        "There is no record of {day}, so nothing to seal. Check the day.",
    ),
    "backup.no_hall": (
        "{path} 里没有大厅数据，无从备份。请用 --data 指明数据目录。",
        "There is no hall in {path} to back up. Name the data directory with --data.",
    ),
    "backup.full": (
        "备份没有做成：{path} 空间不足。大厅照常运行；请清理磁盘或换一个备份目录。",
        "No backup was made: there is no room in {path}. The hall goes on; free some space or name another folder.",
    ),
    "backup.failed": (
        "备份没有做成：{path} 写不进去。大厅照常运行；请检查备份盘是否接好、可写、有空间。",
        "No backup was made: {path} cannot be written. The hall goes on; check that the disk is there, writable and "
        "has room.",
    ),
    "backup.busy": ("{path} 里正在做另一个备份。请等它完成。", "Another backup is being made in {path}. Wait for it."),
    "backup.foreign": (
        "{path} 是另一个大厅的备份目录。请为每个大厅各用一个目录。",
        "{path} holds the backups of another hall. Give each hall a folder of its own.",
    ),
    "backup.damaged": (
        "备份 {path} 已损坏，不能使用。请换一个备份；若刚刚做成，请运行 hallctl verify 检查大厅数据。",
        "The backup {path} is damaged and cannot be used. Take another; if it was just made, run hallctl verify on the "
        "hall.",
    ),
    "backup.broken_chain": (
        "流水账第 {seq} 条与前面接不上，没有归档。请运行 hallctl verify。",
        "Record {seq} of the journal does not follow the one before; it was not archived. Run hallctl verify.",
    ),
    "restore.exists": (
        "{path} 已存在，不会覆盖。请先停止 hallctl，把旧文件移到别处，或换一个空目录。",
        "{path} exists and is never overwritten. Stop hallctl and move the old files away, or name an empty directory.",
    ),
    "restore.nothing": (
        "{path} 里没有可用的备份。请核对备份目录。",
        "There is no usable backup in {path}. Check the folder.",
    ),
    "restore.point": (
        "恢复不到所要的时刻：备份里最多到第 {seq} 条。请换一个时刻或另一个备份。",
        "The wanted point cannot be reached: the backup goes up to record {seq}. Choose another point or backup.",
    ),
    "restore.bad_point": (
        "时刻 {at} 看不懂。请写成 2026-11-22 10:30，或用 --seq 指明序号；二者只用一个。",
        "The moment {at} is not understood. Write 2026-11-22 10:30, or name a record with --seq; only one of the two.",
    ),
    "restore.damaged": (
        "备份 {path} 已损坏，已改用更早的一个。",
        "The backup {path} is damaged; an earlier one was used.",
    ),
    "restore.left_behind": (
        "备份 {path} 属于上次恢复之前放弃的记录，没有使用。要用它，请直接写它的文件名。",
        "The backup {path} holds what an earlier restore left behind; it was not used. To use it, name the file.",
    ),
    "restore.gap": (
        "归档在第 {seq} 条之后断开（归档里另有到第 {last} 条的记录），其后的内容没有恢复。",
        "The archive breaks after record {seq} (it has others up to {last}); what comes after was not restored.",
    ),
    "restore.numbers": (
        "{day} 营业日还在进行：恢复点之后取的号可能已在群众手里，系统会再次发出同样的号。"
        "开门前请核对下列最后的号与群众手里的小票；遇到重号，后取的请重新取号。",
        "The business day {day} is still in hand: numbers issued after the point may be in people's hands; the hall "
        "does not know them and will issue them again. Before opening compare the last numbers below with the slips; "
        "who comes with a double takes a new number.",
    ),
    "restore.skipped": (
        "{day} 营业日：备份里已知的号之后，每项业务又跳过了 {count} 个号，已在群众手里的号不会再次发出。"
        "若其后发出的号可能更多，请由管理员用 numbers.skip 再跳。",
        "Day {day}: beyond the numbers that the backup knows of, {count} more of each service were left out: none that "
        "is on paper is issued again. If more may be, an administrator leaves more out with numbers.skip.",
    ),
}
