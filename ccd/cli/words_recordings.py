"""What the command line says about recordings; ``words`` takes it into its catalogue.

Each entry is (English, Chinese).
"""

from __future__ import annotations

__all__ = ["RECORDINGS_WORDS"]

RECORDINGS_WORDS: dict[str, tuple[str, str]] = {
    "recording_none": ("no recording began on that day", "当日没有录音"),
    "recording_unknown": (
        "the store has no recording {recording}; `ccd recording list DAY` shows those of a day",
        "没有录音 {recording}；`ccd recording list 日期` 可列出当日录音",
    ),
    "recording_is_held": ("HELD", "封存"),
    "recording_nothing_amiss": ("nothing is amiss", "没有异常"),
    "recording_for_good": ("for good", "永久"),
    "recording_of": ("{recording} on {pbx}, call {call}", "{pbx} 的录音 {recording}，通话 {call}"),
    "recording_file": ("file: {state}, {size} bytes", "文件：{state}，{size} 字节"),
    "recording_class": ("class {name}: kept until {until}", "类别 {name}：保留至 {until}"),
    "recording_hold": ("{hold} ({why}): {reason}", "{hold}（{why}）：{reason}"),
    "recording_why_asked": ("asked", "指定"),
    "recording_why_complaint": ("complaint", "投诉"),
    "recording_why_dispute": ("dispute", "申诉"),
    "recording_why_threat": ("threat", "恐吓"),
    "recording_no_holds": ("no legal hold stands", "没有封存"),
    "recording_proven": ("copied, and proven by its hash", "已复制，校验一致"),
    "recording_copied": ("copied; not proven yet", "已复制，尚未校验"),
    "recording_uncopied": ("NOT COPIED", "未复制"),
    "recording_and_more": ("… and {count} more (--json has all)", "……另有 {count} 个（--json 列出全部）"),
    "recording_not_looked": (
        "no daily look is over yet; --dry-run looks now",
        "尚无每日核对结果；--dry-run 可立即查看",
    ),
    "recording_looked": (
        "{day}: {count} looked at, {deleted} deleted",
        "{day}：核对 {count} 个，删除 {deleted} 个",
    ),
    "recording_nothing_over": ("nothing is past its time", "没有超期录音"),
    "recording_over": (
        "class {name}: {count} recordings, {bytes} bytes",
        "类别 {name}：{count} 个，{bytes} 字节",
    ),
    "recording_spared": ("stay all the same ({why}): {count}", "仍予保留（{why}）：{count} 个"),
    "recording_one_orphan": (
        "give either --adopt PATH or --remove PATH, and --by CODE",
        "请给出 --adopt 路径 或 --remove 路径 之一，并用 --by 给出工号",
    ),
    "recording_no_orphans": ("no orphans were found", "没有无主文件"),
    "recording_state_final": ("final", "完成"),
    "recording_state_empty": ("empty", "空"),
    "recording_state_missing": ("missing", "缺失"),
    "recording_state_unreadable": ("unreadable", "不可读"),
    "recording_state_outside": ("outside", "文件夹外"),
    "recording_state_deleting": ("deleting", "删除中"),
    "recording_state_deleted": ("deleted", "已删除"),
    "recording_goes_on": ("goes on", "录音中"),
    "recording_state_unmeasured": ("unmeasured", "未核实"),
    "recording_amiss_missing": ("missing", "缺失"),
    "recording_amiss_changed": ("changed", "被改动"),
    "recording_amiss_orphan": ("orphan", "无主文件"),
    "recording_amiss_empty": ("empty", "空"),
    "recording_amiss_uncopied": ("not copied", "未复制"),
    "recording_amiss_away": ("folder away", "文件夹不在"),
    "recording_amiss_unreadable": ("unreadable", "不可读"),
}
