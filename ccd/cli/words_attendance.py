"""What the command line says about attendance; ``words`` takes it into its catalogue.

Each entry is (English, Chinese).
"""

from __future__ import annotations

__all__ = ["ATTENDANCE_WORDS"]

ATTENDANCE_WORDS: dict[str, tuple[str, str]] = {
    "attendance_none": ("nothing is judged yet", "尚无判定"),
    "attendance_nothing_proposed": ("nothing is proposed", "没有提议"),
    "attendance_no_month": ("{text!r} is no month; write 2026-01", "{text!r} 不是月份；请写成 2026-01"),
    "attendance_finding": ("{kind} {minutes} min: {weight}", "{kind} {minutes} 分钟：{weight}"),
    "attendance_month": (
        (
            "{person} {name} in {month}: {shifts} shifts, {occurrences} occurrences, "
            "{violations} violations, {absences} absences"
        ),
        "{person} {name} {month}：{shifts} 个班次，记次 {occurrences}，违纪 {violations}，旷工 {absences}",
    ),
    "attendance_was": (
        "was {weight}; corrected by {actor}: {reason}",
        "原为{weight}；{actor} 更正：{reason}",
    ),
    "attendance_permit": (
        "{since} to {until}: permitted to leave by {actor}: {reason}",
        "{since} 至 {until}：{actor} 准许离岗：{reason}",
    ),
    "attendance_note": ("{day}: {kind}, by {actor}: {reason}", "{day}：{kind}，{actor}：{reason}"),
    "attendance_objection": ("{name}: {text} ({answer})", "{name}：{text}（{answer}）"),
    # findings
    "act_attendance_late": ("late", "迟到"),
    "act_attendance_early": ("left early", "早退"),
    "act_attendance_off_post": ("off post", "离岗"),
    "act_attendance_left_post": ("left the post without telling the lead", "擅自离岗"),
    "act_attendance_absent": ("absent", "缺勤"),
    "day_weight_note": ("note", "备注"),
    "day_weight_occurrence": ("occurrence", "记一次"),
    "day_weight_look": ("occurrence, the lead looks at it", "记一次，由班长查看"),
    "day_weight_violation": ("violation", "违纪"),
    "day_weight_absence": ("absence proposed", "提议旷工"),
    "day_weight_removed": ("counts no more", "不计"),
    "state_attendance_present": ("present", "出勤"),
    "state_attendance_absent": ("ABSENT", "缺勤"),
    "state_attendance_away": ("away", "请假"),
    "state_attendance_unknown": ("unknown", "未知"),
    # what is proposed, noted, objected to
    "act_AbsenceProposed": ("a day's absence", "旷工一天"),
    "act_DismissalReviewProposed": ("dismissal review", "解聘审议"),
    "act_GraveCaseNoted": ("grave case", "情节严重"),
    "act_ComplaintProven": ("proven serious complaint", "严重投诉属实"),
    "state_proposal_open": ("waits for a decision", "待决定"),
    "state_proposal_withdrawn": ("withdrawn, its grounds are gone", "事由消失，已撤回"),
    "state_proposal_confirm": ("confirmed by", "已确认："),
    "state_proposal_waive": ("waived by", "已免除："),
    "state_objection_open": ("waits for an answer", "待答复"),
    "state_objection_upheld": ("upheld by", "异议成立："),
    "state_objection_rejected": ("rejected by", "异议不成立："),
    # explain
    "explain_fact": ("{policy} {event}: {because}", "{policy} {event}：{because}"),
    "explain_finding": ("{finding}: {evidence}", "{finding}：{evidence}"),
}
