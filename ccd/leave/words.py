"""What the rules of leave and swaps say to people. Each entry is (English, Chinese)."""

from __future__ import annotations

__all__ = ["WORDS"]

_INPUT: dict[str, tuple[str, str]] = {
    "leave_off": (
        "leave is off: requests are not taken here; set policies.leave.mode",
        "请假功能已关闭，不接受申请；请设置 policies.leave.mode",
    ),
    "leave_unknown_act": ("leave has no act {act}", "请假没有 {act} 这项操作"),
    "leave_unknown_person": (
        "nobody in the roster has the code {person}; `ccd roster show` lists them",
        "花名册中没有工号 {person}；请用 `ccd roster show` 查看",
    ),
    "leave_unknown_request": (
        "there is no request {request}; `ccd leave list` and `ccd swap list` show them",
        "没有申请 {request}；请用 `ccd leave list`、`ccd swap list` 查看",
    ),
    "leave_unknown_shift": (
        "there is no shift {shift}; `ccd shifts show` lists those of a day",
        "没有班次 {shift}；请用 `ccd shifts show` 查看当天班次",
    ),
    "leave_kind": ("{kind} is no kind of leave; there are: {kinds}", "没有 {kind} 这种假；可用：{kinds}"),
    "leave_no_time": (
        "{text} is no day or time; write 2026-01-31 or 2026-01-31T08:00",
        "{text} 不是日期或时间；请写成 2026-01-31 或 2026-01-31T08:00",
    ),
    "leave_leapt": (
        "{time} does not exist: the clock is put forward over it; choose another time",
        "{time} 不存在：时钟在此拨快；请另选时间",
    ),
    "leave_backwards": (
        "{since} to {until} is no time: the beginning comes first",
        "{since} 至 {until} 有误：开始须早于结束",
    ),
    "leave_too_long": (
        "a leave has {longest} days at most; ask for the rest by itself",
        "一次请假最长 {longest} 天；其余请另行申请",
    ),
    "leave_past": ("{time} has begun or is past; ask beforehand", "{time} 已开始或已过；请提前申请"),
    "leave_no_shift": (
        "{person} has no shift from {since} to {until}: there is nothing to be away from",
        "{person} 在 {since} 至 {until} 没有班次，无须请假",
    ),
    "leave_shift_day": (
        "{text}: give the day on which the shift begins",
        "{text}：请写班次开始的日期",
    ),
    "leave_shift_until": (
        "one shift is of one day: leave out the end, or give {day}",
        "单个班次只属一天：请省略结束日期，或写 {day}",
    ),
    "leave_not_on_shift": (
        "{person} does not work {shift} on {day}; `ccd shifts show --day {day}` has the plan",
        "{person} 在 {day} 没有 {shift}；请用 `ccd shifts show --day {day}` 查看排班",
    ),
    "leave_overlap": (
        "{person} has asked for that time already: {request}; withdraw it first",
        "{person} 在该时间已有申请 {request}；请先撤回",
    ),
    "leave_no_approver": (
        "nobody in the roster could approve this ({step}); see the roles in [policies.leave]",
        "花名册中无人可以批准（{step}）；请检查 [policies.leave] 中的岗位",
    ),
    "leave_called_by_lead": (
        "when somebody ill has called is told by a lead who files it, not by {actor}",
        "生病来电时间须由代为登记的班长填写，{actor} 不可以",
    ),
    "leave_called_later": ("{time} is still to come; when was the call?", "{time} 尚未到；请填写来电时间"),
    "leave_swap_self": ("{person} cannot swap with themselves", "{person} 不能与自己换班"),
    "leave_swap_same": (
        "both shifts are {shift} of {day} at one seat: nothing would change",
        "双方都是 {day} 的 {shift} 且同一机台，换班没有意义",
    ),
    "leave_swap_what": (
        "name the partner's day and shift, or ask for cover alone, with the return later",
        "请写对方的日期和班次，或仅请对方顶班、以后还班",
    ),
    "leave_swap_overlap": (
        "{person} would work two shifts at a time with {shift} of {day}",
        "{person} 若上 {day} 的 {shift}，会同时有两个班次",
    ),
    "leave_no_cover": ("{request} is no cover that was approved", "{request} 不是已批准的顶班"),
    "leave_returns_already": (
        "the return of {request} is asked for already: {other}",
        "{request} 的还班已有申请：{other}",
    ),
    "leave_no_leave": ("{request} is a swap, no leave", "{request} 是换班，不是请假"),
    "leave_no_reason": ("a refusal needs its reason ({request})", "拒绝须写明理由（{request}）"),
}

_WHO: dict[str, tuple[str, str]] = {
    "leave_own": (
        "nobody decides about their own request ({request})",
        "本人不能审批自己的申请（{request}）",
    ),
    "leave_not_approver": (
        "{request} is not for {actor} to decide; it waits for {waits_for}",
        "{request} 不由 {actor} 审批；等待 {waits_for}",
    ),
    "leave_not_accepted": (
        "{request} waits for {partner} to accept it first",
        "{request} 须先由对方 {partner} 同意",
    ),
    "leave_not_partner": ("{request} is for {partner} to accept", "{request} 须由对方 {partner} 同意"),
    "leave_not_waiting": ("{request} waits for nobody: it is {phase}", "{request} 不在待审批状态：{phase}"),
    "leave_not_granted": ("{request} was not approved: it is {phase}", "{request} 未获批准：{phase}"),
    "leave_not_begun": (
        "{request} has not begun; withdraw it instead",
        "{request} 尚未开始；请改为撤回",
    ),
    "leave_begun": (
        "{request} has begun; sign off on return instead",
        "{request} 已开始；请改为销假",
    ),
    "leave_withdraw_own": (
        "{request} is for those to change who asked for it ({person})",
        "{request} 只能由申请人（{person}）更改",
    ),
    "leave_swap_approved": (
        "{request} is approved: only another swap undoes it, which is approved as well",
        "{request} 已批准：只能再办一次换班（同样须批准）来恢复",
    ),
    "leave_not_lead": (
        "{actor} does not lead {person}; a lead of theirs does this",
        "{actor} 不是 {person} 的班长；须由其班长办理",
    ),
    "leave_not_sick": ("{request} is no sick leave", "{request} 不是病假"),
}

_RULES: dict[str, tuple[str, str]] = {
    "leave_ahead": (
        "asked {days} days ahead; leave and swaps are asked for {needed} days ahead",
        "仅提前 {days} 天；请假、换班须提前 {needed} 天申请",
    ),
    "leave_day_before": (
        "personal leave for {day} is asked for {needed} day(s) before; later only in special cases",
        "{day} 的事假须提前 {needed} 天申请；特殊情况除外",
    ),
    "leave_two_hours": (
        "a special case is asked for {minutes} minutes before the shift ({shift}, {starts})",
        "特殊情况须在班次（{shift}，{starts}）前 {minutes} 分钟申请",
    ),
    "leave_night": (
        "{shift} of {day} is a night shift: no leave but in special cases",
        "{day} 的 {shift} 是晚班：除特殊情况外不准请假",
    ),
    "leave_night_noon": (
        "a special case for the night shift {shift} of {day} is asked for before {until}",
        "{day} 晚班 {shift} 的特殊情况须在 {until} 之前申请",
    ),
    "leave_holiday": (
        "{day} is a public holiday ({name}): no leave and no swaps but in the most special cases",
        "{day} 是节假日（{name}）：除极特殊情况外不准请假、换班",
    ),
    "leave_month_days": (
        "{person} has {had} days of leave and swap in {month}, with this {days} more; at most {most}",
        "{person} 在 {month} 已请假、换班 {had} 天，本次 {days} 天；每月最多 {most} 天",
    ),
    "leave_by_other": (
        "{actor} asks for {person}: only sick leave is asked for through another person",
        "{actor} 代 {person} 申请：除病假外不得由他人代请",
    ),
    "leave_call_before": (
        "sudden illness is told by a call before the shift ({shift}, {starts})",
        "突发疾病须在班次（{shift}，{starts}）前来电说明",
    ),
    "leave_swap_role": (
        "{person} ({has}) and {partner} ({other}) have different posts; swaps are within one job type",
        "{person}（{has}）与 {partner}（{other}）岗位不同；换班须同一工种",
    ),
    "leave_swap_language": (
        "{person} ({has}) and {partner} ({other}) speak different languages; skill is to be comparable",
        "{person}（{has}）与 {partner}（{other}）语种不同；换班须技能相当",
    ),
    "leave_swap_team": (
        "{person} ({has}) and {partner} ({other}) are of different teams",
        "{person}（{has}）与 {partner}（{other}）不在同一班组",
    ),
    "leave_swap_in_row": (
        "{person} would rest {hours} hours beside {shift} of {day}; at least {rest}: no two in a row",
        "{person} 的 {day} {shift} 与相邻班次仅隔 {hours} 小时，至少 {rest} 小时（不得连班）",
    ),
    "leave_swap_consecutive": (
        "{person} would work swapped shifts on {other} and {day}: no swaps back to back",
        "{person} 在 {other} 与 {day} 都是换来的班：不得连续换班",
    ),
    "leave_swap_month": (
        "{person} is part of {had} swap(s) in {month} already; at most {most}",
        "{person} 在 {month} 已换班 {had} 次；每月最多 {most} 次",
    ),
    "leave_undecided": (
        "nobody decided on {request} in time: it is refused",
        "{request} 未在期限内审批，视为不批准",
    ),
    "leave_refused_by": ("refused by who decides", "审批人未批准"),
    "leave_swap_declined": ("the partner declined", "对方不同意"),
}

_DONE: dict[str, tuple[str, str]] = {
    "leave_asked": ("{request} is asked for; it waits for {waits_for}", "{request} 已申请；等待 {waits_for}"),
    "leave_asked_before": ("{request} was asked for already", "{request} 已申请过"),
    "leave_step": (
        "{request}: approved; it still waits for {waits_for}",
        "{request}：已批准；仍等待 {waits_for}",
    ),
    "leave_approved": ("{request} is approved", "{request} 已获批准"),
    "leave_approved_before": ("{actor} has approved {request} already", "{actor} 已批准过 {request}"),
    "leave_refused_now": ("{request} is refused", "{request} 已拒绝"),
    "leave_withdrawn": ("{request} is withdrawn", "{request} 已撤回"),
    "leave_accepted": (
        "{request}: the partner accepts; it waits for {waits_for}",
        "{request}：对方已同意；等待 {waits_for}",
    ),
    "leave_returned": ("{request}: signed off, welcome back", "{request}：已销假，欢迎回来"),
    "leave_returned_before": ("{request} is signed off already", "{request} 已销过假"),
    "leave_certificate_kept": ("{request}: the certificate is noted", "{request}：证明已登记"),
}

_PAGES: dict[str, tuple[str, str]] = {
    "leave_waits": (
        "{request} of {person} ({span}) waits for your decision",
        "{person} 的申请 {request}（{span}）等待您审批",
    ),
    "leave_still_waits": (
        "{request} of {person} ({span}) still waits for you; from {until} on it is too late",
        "{person} 的申请 {request}（{span}）仍等待您处理；{until} 截止",
    ),
    "leave_swap_waits": (
        "{person} asks you for a swap ({request}, {span}): accept or refuse it",
        "{person} 请您换班（{request}，{span}）：请同意或拒绝",
    ),
    "leave_filed": (
        "{actor} has filed leave for you: {request} ({span})",
        "{actor} 已为您登记请假：{request}（{span}）",
    ),
    "leave_is_approved": ("{request} ({span}) is approved", "{request}（{span}）已获批准"),
    "leave_is_refused": (
        "{request} ({span}) is refused by {actor}: {reason}",
        "{request}（{span}）未获 {actor} 批准：{reason}",
    ),
    "leave_is_refused_by_rule": (
        "{request} ({span}) is refused, for it breaks a rule; `ccd leave show {request}` says which",
        "{request}（{span}）不符合规定，未获批准；请用 `ccd leave show {request}` 查看",
    ),
    "leave_is_withdrawn": (
        "{actor} has withdrawn {request} ({span})",
        "{actor} 已撤回 {request}（{span}）",
    ),
    "leave_not_planned": (
        "{request} ({span}) is approved, but the plan could not be changed: {error}",
        "{request}（{span}）已批准，但排班未能更改：{error}",
    ),
    "leave_return_overdue": (
        "{person} has not signed off on return from {request} ({span}); it was due by {due}",
        "{person} 的 {request}（{span}）未销假；应于 {due} 前办理",
    ),
    "leave_certificate_due": (
        "{person}: the certificate for {request} ({span}) is due by {due}",
        "{person}：{request}（{span}）的病假证明须在 {due} 前交",
    ),
    "leave_certificate_overdue": (
        "{person} has not handed in the certificate for {request} ({span}); it was due by {due}",
        "{person} 未交 {request}（{span}）的病假证明；应于 {due} 前交",
    ),
    "leave_return_owed": (
        "{request}: {partner} has covered for {person}; the return is not agreed yet",
        "{request}：{partner} 已为 {person} 顶班；还班尚未约定",
    ),
}

WORDS: dict[str, tuple[str, str]] = {**_INPUT, **_WHO, **_RULES, **_DONE, **_PAGES}
