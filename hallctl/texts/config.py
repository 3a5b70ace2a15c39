"""What is wrong with the technician's file. Code → (zh-CN, en); see `hallctl.sentences`."""

from typing import Final

CONFIG: Final = {
    "config.invalid": (
        "配置有 {count} 处错误，见下。改好后再试：hallctl check-config。",
        "The config has {count} problem(s), see below. Mend them and run: hallctl check-config.",
    ),
    "config.missing": (
        "找不到配置文件 {path}。请用 --config 指明。",
        "There is no config file {path}. Name one with --config.",
    ),
    "config.read_only": (
        "不能写入配置文件 {path}（{why}），什么也没有改。请以 root 运行：chgrp hallctl {folder} {path} && "
        "chmod g+w {folder} {path}，再试一次。",
        "The config file {path} cannot be written ({why}); nothing was changed. As root: "
        "chgrp hallctl {folder} {path} && chmod g+w {folder} {path}, then try again.",
    ),
    "config.not_editable": (
        "配置文件的写法不能自动修改（{why}），什么也没有改。请手工编辑后运行：hallctl devices apply。",
        "The config file is written in a way that cannot be edited here ({why}); nothing was changed. Edit it by "
        "hand, then run: hallctl devices apply.",
    ),
    "config.changed_meanwhile": (
        "配置刚刚被别人改过，什么也没有改。请看过现在的配置再试。",
        "Somebody else has just changed the config; nothing was changed. Look at it as it is now, then try again.",
    ),
    "config.restart_first": (
        "设备用到了还没有生效的配置（见下），什么也没有改。请先重启：systemctl restart hallctl。",
        "The devices name what is in the file but not yet in force (see below); nothing was changed. Restart first: "
        "systemctl restart hallctl.",
    ),
    "config.no_device": (
        "配置里没有设备“{device}”，现有：{known}。",
        "There is no device {device} in the config; there are: {known}.",
    ),
    "config.no_file": (
        "这个大厅不是从配置文件启动的（演示），不能更改设备。请用 hallctl run --config 启动。",
        "This hall was not started from a config file (a demo): its devices cannot be changed. Start it with "
        "hallctl run --config.",
    ),
    "clock.doubtful": (
        "时钟与上一个业务日相差太大，今天没有自动开始取号。请核对时钟，无误后由管理员在管理页开始。",
        "The clock is too far from the last business day, so today was not opened by itself. "
        "Check the clock; if it is right, open the day on the admin page.",
    ),
    "config.last_good": (
        "配置有错，正在使用上一次可用的配置。请技术员运行 hallctl check-config。",
        "The config has errors; the last good one is in use. Technician: run hallctl check-config.",
    ),
}
