"""What the command line says about leave and swaps; ``words`` takes it into its catalogue.

Each entry is (English, Chinese).
"""

from __future__ import annotations

__all__ = ["LEAVE_WORDS"]

LEAVE_WORDS: dict[str, tuple[str, str]] = {
    "leave_none": ("there are none", "没有记录"),
    "leave_no_request": (
        "there is no request {request}; `ccd leave list` and `ccd swap list` show them",
        "没有申请 {request}；请用 `ccd leave list`、`ccd swap list` 查看",
    ),
    "leave_no_month": ("{text!r} is no month; write 2026-01", "{text!r} 不是月份；请写成 2026-01"),
    "leave_ledger": (
        "{person}: {counted} of {most} days used, {swaps} swap(s); leave: {kinds}",
        "{person}：已用 {counted} 天（每月最多 {most} 天），换班 {swaps} 次；请假：{kinds}",
    ),
    "leave_stood_in": ("{actor}, standing in for {instead}", "{actor}（代 {instead}）"),
    "swap_form": (
        "{text!r}: write ask A DAY SHIFT with B DAY SHIFT, or … with B --cover",
        "{text!r}：请写成 ask 甲 日期 班次 with 乙 日期 班次，或 … with 乙 --cover",
    ),
    # kinds
    "day_leave_personal": ("personal", "事假"),
    "day_leave_sick": ("sick", "病假"),
    "day_leave_trip": ("trip", "出差"),
    "day_leave_study": ("study", "学习"),
    "day_leave_other": ("other", "其他"),
    "day_leave_exchange": ("exchange", "换班"),
    "day_leave_cover": ("cover", "顶班"),
    "day_leave_return": ("return", "还班"),
    # phases
    "phase_leave_asked": ("waits for the partner", "待对方同意"),
    "phase_leave_waiting": ("waits for approval", "待审批"),
    "phase_leave_approved": ("approved", "已批准"),
    "phase_leave_planned": ("approved, planned", "已批准，已排班"),
    "phase_leave_taken": ("on leave", "休假中"),
    "phase_leave_overdue": ("NOT SIGNED OFF", "逾期未销假"),
    "phase_leave_returned": ("signed off", "已销假"),
    "phase_leave_refused": ("refused", "未批准"),
    "phase_leave_withdrawn": ("withdrawn", "已撤回"),
    # history
    "act_LeaveAsked": ("asked for", "申请"),
    "act_LeaveStepApproved": ("approved a step", "审批同意"),
    "act_LeaveApproved": ("approved", "获批"),
    "act_LeaveRefused": ("refused", "未批准"),
    "act_LeaveWithdrawn": ("withdrawn", "撤回"),
    "act_LeaveBegan": ("began", "开始"),
    "act_LeaveReturned": ("signed off", "销假"),
    "act_ReturnOverdue": ("not signed off in time", "逾期未销假"),
    "act_CertificateDue": ("certificate due", "应交证明"),
    "act_CertificateGiven": ("certificate handed in", "已交证明"),
    "act_CertificateOverdue": ("certificate overdue", "逾期未交证明"),
    "act_RequestReminded": ("reminded", "已提醒"),
    "act_SwapAsked": ("asked for", "申请"),
    "act_SwapAccepted": ("accepted by the partner", "对方同意"),
    "act_SwapStepApproved": ("approved a step", "审批同意"),
    "act_SwapApproved": ("approved", "获批"),
    "act_SwapPlanned": ("put into the plan", "已排班"),
    "act_SwapNotPlanned": ("NOT put into the plan", "未能排班"),
    "act_SwapRefused": ("refused", "未批准"),
    "act_SwapWithdrawn": ("withdrawn", "撤回"),
    "act_SwapReturnDue": ("return outstanding", "待还班"),
}
