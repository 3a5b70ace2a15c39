"""How the bench's page looks and its words, zh-CN and en. Light or dark as the reader's machine has it."""

from typing import Final

WORDS: Final[dict[str, tuple[str, str]]] = {
    "title": ("hallctl 性能测量", "hallctl bench"),
    "reading": (
        "每个数字都是同一轮内与下限（落盘一次加往返一次等）的比值，取各轮中位数；条上细线为最小到最大，"
        "粗竖线为必须达到的目标，靠左为好。",
        "Each figure is a ratio to a floor of the same round, the median of the rounds; the thin line runs from the "
        "least to the greatest, the thick mark is the goal, left is good.",
    ),
    "met": ("项达标", "goals met"),
    "stretched": ("达到更高目标", "stretch reached"),
    "reached": ("达标", "met"),
    "missed": ("未达标", "missed"),
    "must": ("必须", "must"),
    "stretch": ("力争", "stretch"),
    "dropped": ("轮因干扰作废", "rounds dropped as noisy"),
    "goals": ("目标", "Goals"),
    "information": ("参考", "For information"),
    "percentiles": ("延时分布", "Percentiles"),
    "absolute": ("绝对值", "Absolute values"),
    "absolutes": ("只属于这台机器，不可搬用。", "Of this machine only; they carry over to nothing."),
    "machine": ("机器与计划", "Machine and plan"),
    "notes": ("说明", "Notes"),
    "quantity": ("量", "quantity"),
    "median": ("中位数", "median"),
    "kind": ("类型", "kind"),
    "cpu": ("处理器", "processor"),
    "cores": ("核数", "cores"),
    "memory_mib": ("内存 MiB", "memory MiB"),
    "kernel": ("内核", "kernel"),
    "filesystem": ("文件系统", "file system"),
    "flush_p50_ms": ("落盘中位数 ms", "flush p50 ms"),
    "flush_p99_ms": ("落盘 p99 ms", "flush p99 ms"),
    "rounds": ("轮数", "rounds"),
    "seconds": ("每轮秒数", "seconds a round"),
    "year": ("含一年的数据", "with a year's file"),
    "flush_delays_us": ("附加落盘延时 µs", "added flush delay µs"),
    "scale": ("规模", "scale"),
}
"""word → (zh-CN, en)."""

STYLE: Final = """
:root { color-scheme: light dark; --ink: #1b1f24; --soft: #57606a; --paper: #ffffff; --card: #f6f8fa; --line: #d0d7de;
  --bar: #7aa7e0; --good: #116329; --bad: #a40e26; --goal: #1b1f24; --stretch: #116329; --floor: #6e7781; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6edf3; --soft: #9aa5b1; --paper: #0d1117; --card: #161b22;
  --line: #30363d; --bar: #2f6fb5; --good: #56d364; --bad: #ff8182; --goal: #e6edf3; --stretch: #56d364;
  --floor: #8b949e; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); line-height: 1.5;
  font: 16px/1.5 system-ui, "Noto Sans CJK SC", "Microsoft YaHei", sans-serif; }
main { max-width: 60rem; margin: 0 auto; padding: 1rem; }
h1 { font-size: 1.6rem; margin: 0 0 .3rem; }
h2 { font-size: 1.25rem; margin: 2rem 0 .6rem; }
h3 { font-size: 1rem; margin: 0; font-weight: 600; overflow-wrap: anywhere; }
.en { color: var(--soft); font-weight: 400; }
.sum { font-size: 1.2rem; }
.row { display: inline-block; min-width: 2rem; padding: 0 .4rem; border: 1px solid var(--line); border-radius: .4rem;
  font-weight: 400; text-align: center; }
article { background: var(--card); border: 1px solid var(--line); border-radius: .5rem; padding: .6rem .8rem;
  margin: 0 0 .6rem; }
article.missed { border-left: .35rem solid var(--bad); }
article.reached, article.stretched { border-left: .35rem solid var(--good); }
.words { display: flex; flex-wrap: wrap; gap: .2rem 1rem; margin: .3rem 0; align-items: baseline; }
.value { font-size: 1.25rem; }
.range, .goal, .note { color: var(--soft); }
.note { margin: .3rem 0 0; font-size: .9rem; overflow-wrap: anywhere; }
.state.missed { color: var(--bad); font-weight: 600; }
.state.reached, .state.stretched { color: var(--good); font-weight: 600; }
svg { display: block; width: 100%; height: 30px; }
svg line, svg path { vector-effect: non-scaling-stroke; stroke: var(--ink); stroke-width: 1px; }
svg .bar { fill: var(--bar); }
svg .whisker, svg .round { stroke-width: 1.5px; }
svg .must { stroke: var(--goal); stroke-width: 4px; }
svg .stretch { stroke: var(--stretch); stroke-width: 2px; stroke-dasharray: 5 3; }
svg .floor { stroke: var(--floor); stroke-dasharray: 2 3; }
svg .beyond { fill: var(--bad); stroke: none; }
svg .decade { stroke: var(--line); }
svg .percentile { stroke: var(--bar); stroke-width: 4px; }
svg .percentile.max { stroke: var(--bad); stroke-width: 2px; }
.scale { display: flex; justify-content: space-between; color: var(--soft); margin: 0; padding: 0 .8rem; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; padding: .3rem .6rem; border-bottom: 1px solid var(--line); vertical-align: top; }
th[colspan] { padding-top: 1rem; font-weight: 600; overflow-wrap: anywhere; }
td.number { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
dl { margin: 0 0 1rem; }
dl div { display: flex; flex-wrap: wrap; gap: 0 1rem; border-bottom: 1px solid var(--line); padding: .2rem 0; }
dt { min-width: 12rem; color: var(--soft); }
dd { margin: 0; overflow-wrap: anywhere; }
li { overflow-wrap: anywhere; }
"""
