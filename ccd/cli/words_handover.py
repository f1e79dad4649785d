"""What the command line says about handover; ``words`` takes it into its catalogue.

Each entry is (English, Chinese).
"""

from __future__ import annotations

__all__ = ["HANDOVER_WORDS"]

HANDOVER_WORDS: dict[str, tuple[str, str]] = {
    "handover_no_seats": ("no seat hands over now", "现在没有机台交接班"),
    "handover_is_held": (
        "held: {person}, {minutes} min past the shift, until {until} at most",
        "留岗：{person}，已超过下班时间 {minutes} 分钟，最迟到 {until}",
    ),
    "handover_awaited": ("awaited: {people}", "等候接班：{people}"),
    "handover_relief_on_leave": ("the relief is on leave; name someone", "接班人已请假；请指定他人"),
    "handover_lacks": ("missing: {missing}", "尚缺：{missing}"),
    "handover_lacks_section": ("{section} ({person})", "{section}（{person}）"),
    "handover_lacks_signature": ("signature of {person}", "{person} 的签名"),
    "handover_lacks_bulletin": ("bulletin {bulletin} not read by {person}", "{person} 未阅读通告 {bulletin}"),
    "handover_business_changes": ("business changes", "业务变更"),
    "handover_instructions": ("instructions", "上级指示"),
    "handover_suggestions_complaints": ("suggestions and complaints", "客户建议与投诉"),
    "handover_process_changes": ("process changes", "流程变更"),
    "handover_equipment": ("equipment", "设备状况"),
    "handover_unsolved": ("unsolved problems", "未解决问题"),
    "handover_staffing": ("staffing", "人员与换班"),
    "handover_item": (
        "open problem {item} at {seat}, since {since}: {text}",
        "未解决事项 {item}，{seat} 机台，{since} 起：{text}",
    ),
    "handover_unread": ("{person} has not read: {ids}", "{person} 未阅读：{ids}"),
    "handover_complete": ("complete", "完整"),
    "handover_late": ("late", "迟延"),
    "handover_incomplete": ("incomplete", "不完整"),
    "handover_empty_seat": ("EMPTY SEAT", "空岗"),
    "handover_unknown": ("unknown", "未知"),
    "handover_is_excused": ("excused: {reason}", "已谅解：{reason}"),
    "handover_no_verdicts": ("no verdict on these days", "这些日子没有交接结论"),
    "handover_no_entries": (
        "nothing is written in the log of {seat} on {day}",
        "{day} {seat} 机台的交接日记没有内容",
    ),
    "handover_none": ("nothing to report", "无事项"),
    "handover_no_holds": ("nobody was held from {first} to {last}", "{first} 至 {last} 无人留岗"),
    "handover_hold": (
        "{person} at {seat}: {minutes} min, {why}",
        "{person}，{seat} 机台：{minutes} 分钟，{why}",
    ),
    "handover_total": ("{person} {month}: {minutes} min held", "{person} {month}：共留岗 {minutes} 分钟"),
    "handover_why_relief": ("relief came", "接班人到岗"),
    "handover_why_released": ("released", "班长放行"),
    "handover_why_maximum": ("maximum reached", "已到最长留岗时间"),
    "handover_why_illness": ("illness", "因病离岗"),
    "handover_why_left": ("left", "自行离岗"),
    "handover_why_corrected": ("corrected by late news", "事后更正"),
    "handover_no_bulletins": ("no bulletin of the last month", "最近一个月没有通告"),
    "handover_read_by": ("read by {count}", "已阅读 {count} 人"),
    "handover_bulletin_gone": ("there is no bulletin {id}", "没有通告 {id}"),
}
