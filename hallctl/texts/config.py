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
