"""What the rules of handover say to people. Each entry is (English, Chinese)."""

from __future__ import annotations

__all__ = ["WORDS"]

WORDS: dict[str, tuple[str, str]] = {
    # why somebody may not leave
    "handover_held": (
        "{person} is held at {seat} until {relief} has arrived, or a lead releases them, or it is {until}",
        "{person} 须在 {seat} 机台等候 {relief} 到岗接班；班长可放行，最迟到 {until}",
    ),
    "handover_floor": (
        "without {person} team {team} has {staffed} seats staffed while it hands over; its floor is {need}",
        "交接班期间班组 {team} 至少须有 {need} 个机台在岗；{person} 离开后只剩 {staffed} 个",
    ),
    # what leads are told
    "handover_missing": (
        "seat {seat}: {person}, who is to relieve, is not there {minutes} minutes into the shift",
        "{seat} 机台：接班人 {person} 开班 {minutes} 分钟仍未到岗",
    ),
    "handover_on_leave": (
        "seat {seat}: {person}, who is to relieve in {minutes} minutes, is on leave; name someone",
        "{seat} 机台：{minutes} 分钟后的接班人 {person} 已请假；请指定他人接班",
    ),
    "handover_maximum": (
        "seat {seat}: {person} was held for {minutes} minutes and may go now; it is empty then",
        "{seat} 机台：{person} 留岗已满 {minutes} 分钟，可以离开；无人接班则机台空岗",
    ),
    "handover_left": (
        "seat {seat}: {person} has left before relief had come",
        "{seat} 机台：接班人未到，{person} 已离岗",
    ),
    "handover_left_floor": (
        "seat {seat}: {person} has left, and the team is under its floor while it hands over",
        "{seat} 机台：{person} 已离岗，交接班期间班组在岗机台低于下限",
    ),
    "handover_ill": (
        "seat {seat}: {person} has left, ill; somebody must take the seat over",
        "{seat} 机台：{person} 因病离岗；请安排他人接替",
    ),
    "handover_unavailable": (
        "seat {seat}: the phone of {person}, who waits for relief, cannot be reached",
        "{seat} 机台：等候接班的 {person} 话机已断开",
    ),
    "handover_logged_off": (
        "seat {seat}: the phone of {person}, who waits for relief, has left its queues",
        "{seat} 机台：等候接班的 {person} 话机已退出队列",
    ),
    "handover_no_answer": (
        "seat {seat}: {person}, who waits for relief, has let two calls ring in vain",
        "{seat} 机台：等候接班的 {person} 连续两次未接听来话",
    ),
    # what was done
    "handover_released": ("{person} may leave {seat}", "{person} 可以离开 {seat} 机台"),
    "handover_relief_named": (
        "{person} is to relieve at {seat} for shift {shift}",
        "已指定 {person} 在 {seat} 机台接 {shift} 班",
    ),
    "handover_written": (
        "written into the log of {seat}: {section}",
        "已写入 {seat} 机台的交接日记：{section}",
    ),
    "handover_signed": (
        "{person} has signed the log of {seat}, shift {shift}",
        "{person} 已在 {seat} 机台 {shift} 班的交接日记上签名",
    ),
    "handover_item_opened": ("open problem {item} at {seat}", "{seat} 机台未解决事项 {item} 已登记"),
    "handover_item_closed": ("problem {item} at {seat} is closed", "{seat} 机台事项 {item} 已办结"),
    "handover_posted": ("bulletin {id} posted to {audience}", "通告 {id} 已发布，范围：{audience}"),
    "handover_read": ("{person} has read bulletin {id}", "{person} 已阅读通告 {id}"),
    "handover_excused": (
        "the verdict {verdict} on {seat} is excused; it stays on record",
        "{seat} 机台的交接结论 {verdict} 已予谅解；原结论保留",
    ),
    # what was refused
    "handover_no_act": ("handover has no act {act}", "交接班没有操作 {act}"),
    "handover_not_oneself": (
        "{actor} may not decide about themselves; ask another lead",
        "{actor} 不能为自己作决定；请找其他班长",
    ),
    "handover_not_lead": (
        "{actor} does not lead this team now; its lead, a duty lead or a manager may",
        "{actor} 现在无权决定；须由本组班长、值班领导或经理决定",
    ),
    "handover_not_yours": (
        "only {person} or a lead writes in their log",
        "交接日记只能由 {person} 本人或班长填写",
    ),
    "handover_no_shift": (
        "{person} has no shift at a seat now or in the last 48 hours; name --seat, --day and --shift",
        "{person} 现在及过去 48 小时内没有机台班次；请用 --seat、--day、--shift 指明",
    ),
    "handover_no_boundary": (
        "nobody is planned at {seat} now or in the next 24 hours; plan a shift first",
        "{seat} 机台现在及今后 24 小时没有排班；请先排班",
    ),
    "handover_relief_is_outgoing": (
        "{person} is the one to be relieved at {seat}; name somebody else",
        "{person} 正是 {seat} 机台的交班人；请指定他人",
    ),
    "handover_no_section": (
        "the log has no section {section}; it has: {sections}",
        "交接日记没有 {section} 一栏；可用：{sections}",
    ),
    "handover_no_text": (
        "write a text, or say that there is nothing to report (--none)",
        "请填写内容，或注明无事项（--none）",
    ),
    "handover_sign_yourself": (
        "only {person} signs for {person}",
        "只能由 {person} 本人签名",
    ),
    "handover_nothing_to_sign": (
        "{person} hands nothing over and takes nothing over now; name --seat, --day and --shift",
        "{person} 现在没有可签的交接班；请用 --seat、--day、--shift 指明",
    ),
    "handover_no_seat": (
        "{person} is signed in at no seat; name one with --seat",
        "{person} 未在任何机台签到；请用 --seat 指明",
    ),
    "handover_no_item": ("there is no open problem {item}", "没有未解决事项 {item}"),
    "handover_other_team": (
        "problem {item} is team {team}'s to close, or a lead's",
        "事项 {item} 须由班组 {team} 的人或班长办结",
    ),
    "handover_no_team": ("the roster has no team {team}", "花名册中没有班组 {team}"),
    "handover_bad_bulletin": (
        "{id} is no name of a bulletin; 64 printable characters at most, without |",
        "{id} 不能作为通告编号；最多 64 个可显示字符，不含 |",
    ),
    "handover_bulletin_known": (
        "bulletin {id} is posted already; give a new one another name",
        "通告 {id} 已发布；新通告请另用编号",
    ),
    "handover_no_bulletin": ("there is no bulletin {id}", "没有通告 {id}"),
    "handover_read_yourself": ("only {person} reads for {person}", "通告只能由 {person} 本人阅读"),
    "handover_no_verdict": (
        "no verdict of the last days on seat {seat}, {day}, shift {shift}",
        "近日没有 {seat} 机台 {day} {shift} 班的交接结论",
    ),
}
