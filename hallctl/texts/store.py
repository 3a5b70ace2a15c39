"""What is wrong with the disk. Code → (zh-CN, en); see `hallctl.sentences`."""

from typing import Final

STORE: Final = {
    "store.unavailable": (
        "数据无法写入磁盘，本次操作未执行。请检查磁盘空间，并告知技术员。",
        "The data could not be written to disk; nothing was done. Check disk space and tell the technician.",
    ),
    "store.damaged": (
        "数据库文件已损坏。请先运行 hallctl verify 查看损坏处，再用 hallctl restore 从备份恢复。",
        "The database file is damaged. See where with hallctl verify, then restore a backup with hallctl restore.",
    ),
    "store.gone": (
        "数据目录 {path} 用过，但数据库不见了。请用 hallctl restore 从备份恢复；确要从零开始，请删除 {mark}。",
        "The directory {path} was in use, but its database is gone. Restore a backup with hallctl restore; to begin "
        "anew, remove {mark} from it.",
    ),
    "store.disk": (
        "磁盘读写出错，本次操作未执行。请告知技术员检查磁盘，必要时更换磁盘并用 hallctl restore 恢复备份。",
        "The disk cannot be read or written; nothing was done. Have the technician check the disk; if it must be "
        "replaced, restore a backup with hallctl restore.",
    ),
    "store.locked": (
        "数据目录 {path} 正由另一个 hallctl 使用。请先停止它，或另选数据目录。",
        "The data directory {path} is in use by another hallctl. Stop that one or choose another directory.",
    ),
    "store.newer": (
        "数据库版本 {version} 比本程序新。请安装新版本 hallctl。",
        "The database (version {version}) is newer than this program. Install the newer hallctl.",
    ),
    "store.stopping": ("服务正在停止，请稍后重试。", "The daemon is stopping; try again shortly."),
}
