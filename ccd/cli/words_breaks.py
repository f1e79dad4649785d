"""What the command line says about breaks; ``words`` takes it into its catalogue.

Each entry is (English, Chinese).
"""

from __future__ import annotations

__all__ = ["BREAKS_WORDS"]

BREAKS_WORDS: dict[str, tuple[str, str]] = {
    "break_none": ("nobody is on a break", "现在没有人小休"),
    "break_unnamed": ("no reason", "未选原因"),
    "break_since": ("since {time}", "自 {time}"),
    "break_left": ("{minutes} min left", "余 {minutes} 分钟"),
    "break_over": ("{minutes} min over", "超时 {minutes} 分钟"),
    "break_times": ("{times} of {allowed} this shift", "本班第 {times} 次，限 {allowed} 次"),
    "break_minutes": ("{used} of {allowed} min this shift", "本班已用 {used} 分钟，限 {allowed} 分钟"),
    "break_not_asked": ("not asked for", "未申请"),
    "break_not_sure": ("was out of sight meanwhile", "其间曾失去联系"),
    "break_grant": ("may take {reason} once more", "可再“{reason}”一次"),
    "break_log": ("breaks of {day}", "{day} 小休记录"),
    "break_level_on": ("goes on", "进行中"),
    "break_level_ok": ("in time", "正常"),
    "break_level_late": ("LATE", "迟到"),
    "break_level_violation": ("VIOLATION", "违纪"),
    "break_level_unknown": ("not known: out of sight", "未知：失去联系"),
    "break_waived": ("waived: {reason}", "已豁免：{reason}"),
    "break_absence": ("{time} absence? ({kind}) a lead decides", "{time} 疑似离岗（{kind}），由班长决定"),
    "break_refused": ("{time} refused: {rule}", "{time} 被拒：{rule}"),
    "break_would_be_refused": ("{time} let, against {rule}", "{time} 放行，不符 {rule}"),
    "break_totals": (
        "{breaks} breaks, {minutes} min; {refused} refused",
        "小休 {breaks} 次，{minutes} 分钟；被拒 {refused}",
    ),
    "break_totals_against": (
        "{late} late, {violation} violations, {unknown} not known, {waived} waived",
        "迟到 {late}，违纪 {violation}，未知 {unknown}，豁免 {waived}",
    ),
    "break_of_reason": ("  {reason}: {times} times, {minutes} min", "  {reason}：{times} 次，{minutes} 分钟"),
}
