"""What this policy says to people: rule -> (English, Chinese)."""

from __future__ import annotations

__all__ = ["WORDS"]

WORDS: dict[str, tuple[str, str]] = {
    # who may
    "sampling_not_yours": (
        "{actor} may not do this: {who} may",
        "{actor} 无权操作；有权的是：{who}",
    ),
    "sampling_not_theirs": (
        "{actor} may not follow the calls of {name}: analysts score other teams, leads their own",
        "{actor} 无权抽检 {name} 的通话：质检员只评其他班组，班长只看本组",
    ),
    "sampling_oneself": (
        "{actor}: nobody decides about themselves; ask another manager",
        "{actor}：不能对本人作出决定，请由其他主管办理",
    ),
    # what was given
    "sampling_no_day": (
        "{text} is no day; write it as 2026-03-02",
        "“{text}”不是日期；请按 2026-03-02 的格式填写",
    ),
    "sampling_past": (
        "{day} is over: what was drawn stays drawn; give today or a later day",
        "{day} 已过，已抽中的不能更改；请填今天或以后的日期",
    ),
    "sampling_no_order": (
        "it would end ({until}) before it begins ({since})",
        "结束日期 {until} 早于开始日期 {since}",
    ),
    "sampling_no_number": (
        "{text} is no phone number; give its digits",
        "“{text}”不是电话号码；请填写数字",
    ),
    "sampling_which": (
        "which conversation? give its unit, or the call it is in",
        "请指明哪一通：通话单元编号或通话编号",
    ),
    "sampling_no_such_call": (
        "no conversation {wanted} ended on {day}; give the day on which it ended",
        "{day} 没有结束的通话 {wanted}；请填写其结束日期",
    ),
    "sampling_cannot_hear": (
        "{wanted} cannot be scored: {why} (`ccd qa why {wanted}` says it in words)",
        "{wanted} 不能评分：{why}（`ccd qa why {wanted}` 有详细说明）",
    ),
    "sampling_enough": (
        "{count} were asked for on {day} already; {limit} are allowed",
        "{day} 已指定抽检 {count} 通，限 {limit} 通",
    ),
    "sampling_off": ("sampling is switched off; nothing was kept", "抽样已停用，未作记录"),
    # what was done
    "sampling_asked": (
        "{wanted} of {name} is to be scored ({reason})",
        "已指定抽检 {name} 的通话 {wanted}（{reason}）",
    ),
    "sampling_wanted": (
        "{wanted} is to be scored as soon as it is over and its recording final ({reason})",
        "通话 {wanted} 结束且录音就绪后即抽检（{reason}）",
    ),
    "sampling_already": ("{wanted} is picked already", "{wanted} 已被抽中"),
    "sampling_excluded": (
        "{name}: nothing is drawn from {since} to {until} ({reason})",
        "{name}：{since} 至 {until} 不抽检（{reason}）",
    ),
    "sampling_excluded_on": (
        "{name}: nothing is drawn from {since} on, until included again ({reason})",
        "{name}：自 {since} 起不抽检，直至恢复（{reason}）",
    ),
    "sampling_included": (
        "{name} is drawn again from now on ({reason})",
        "{name} 即日起恢复抽检（{reason}）",
    ),
    "sampling_marked": (
        "calls of {number} are picked up to and with {until} ({reason})",
        "来电 {number} 的通话抽检至 {until}（{reason}）",
    ),
    "sampling_unmarked": (
        "calls of {number} are no longer picked for it ({reason})",
        "来电 {number} 不再因标记抽检（{reason}）",
    ),
    "sampling_not_marked": ("calls of {number} are not marked", "来电 {number} 未作标记"),
    # findings
    "sampling_unheard": (
        "{recording}, drawn for {day}, cannot be heard: {state}; the next in rank steps in",
        "{day} 抽中的录音 {recording} 无法收听：{state}；由下一顺位递补",
    ),
}
