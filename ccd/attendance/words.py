"""What the rules of attendance say to people. Each entry is (English, Chinese)."""

from __future__ import annotations

__all__ = ["WORDS"]

WORDS: dict[str, tuple[str, str]] = {
    # notices
    "attendance_not_at_seat": (
        "{person} {name} is not at seat {seat}, {minutes} min after the start of the shift",
        "{person} {name} 上班 {minutes} 分钟仍未到机台 {seat}",
    ),
    "attendance_absence_proposed": (
        "a day's absence of {person} {name} is proposed: {grounds}; decide on {proposal}",
        "提议将 {person} {name} 记旷工一天：{grounds}；请就 {proposal} 作出决定",
    ),
    "attendance_review_proposed": (
        "a dismissal review of {person} {name} is proposed: {grounds}; decide on {proposal}",
        "提议对 {person} {name} 进行解聘审议：{grounds}；请就 {proposal} 作出决定",
    ),
    "attendance_objected": (
        "{person} {name} objects to what was found of {day}: {text} ({objection})",
        "{person} {name} 对 {day} 的考勤提出异议：{text}（{objection}）",
    ),
    "attendance_you_were_corrected": (
        "your attendance of {day}: {kind} now counts as {weight}, by {actor}: {reason}",
        "您 {day} 的考勤：{kind} 现计为 {weight}，由 {actor} 更正：{reason}",
    ),
    "attendance_you_were_decided": (
        "{proposal}: {decision}, by {actor}: {reason}. You may object",
        "{proposal}：{decision}，由 {actor} 决定：{reason}。您可以提出异议",
    ),
    "attendance_you_were_answered": (
        "your objection {objection}: {decision}, by {actor}: {reason}",
        "您的异议 {objection}：{decision}，由 {actor} 答复：{reason}",
    ),
    # what was done
    "attendance_corrected": (
        "{kind} of {person} on {day} counts as {weight} now",
        "{person} {day} 的 {kind} 现计为 {weight}",
    ),
    "attendance_decided": ("{proposal}: {decision}", "{proposal}：{decision}"),
    "attendance_excused": (
        "{outage}: nobody is to be blamed on {pbx} from {since} to {until}",
        "{outage}：{pbx} 自 {since} 至 {until} 不追究任何人",
    ),
    "attendance_unexcused": ("{outage} is taken back", "{outage} 已撤销"),
    "attendance_permitted": (
        "{person} may leave the post between {since} and {until}",
        "准许 {person} 在 {since} 至 {until} 之间离岗",
    ),
    "attendance_noted": ("noted of {person} on {day}", "已为 {person} 记录（{day}）"),
    "attendance_objection_taken": ("{objection}: a lead is told", "{objection}：已告知班长"),
    "attendance_answered": ("{objection}: {decision}", "{objection}：{decision}"),
    "attendance_judging": (
        "{shifts} shifts of {day} are judged again",
        "正在重新判定 {day} 的 {shifts} 个班次",
    ),
    # what was refused
    "attendance_off": ("attendance is off in the settings", "设置中已关闭考勤"),
    "attendance_not_about_oneself": (
        "{actor}: nobody decides about themselves",
        "{actor}：不得就本人的考勤作出决定",
    ),
    "attendance_not_allowed": (
        "{actor} may not decide this; it takes {who}",
        "{actor} 无权决定此事；须由 {who} 决定",
    ),
    "attendance_own_correction": (
        "{actor} made the correction that is objected to; somebody else must answer",
        "被提出异议的更正由 {actor} 作出；须由他人答复",
    ),
    "attendance_only_oneself": (
        "only {person} may object to what was found of them",
        "只有 {person} 本人可以就其考勤提出异议",
    ),
    "attendance_no_value": ("{name}: {value} cannot be; write {like}", "{name}：{value} 无效；请写成 {like}"),
    "attendance_no_finding": (
        "nothing of the kind {kind} stands in the verdict on {person}, {day}",
        "{person} {day} 的判定中没有 {kind}",
    ),
    "attendance_several": (
        "{person} has {kind} several times on {day}; name one by its shift or time: {which}",
        "{person} {day} 有多次 {kind}；请用班次或时间指明一次：{which}",
    ),
    "attendance_no_proposal": ("there is no open proposal {proposal}", "没有待决的提议 {proposal}"),
    "attendance_no_outage": ("no outage {outage} is excused", "没有被免责的故障 {outage}"),
    "attendance_no_objection": ("there is no open objection {objection}", "没有待答复的异议 {objection}"),
    "attendance_permission_late": (
        "a permission may be noted for {hours} h afterwards only; {person} left before",
        "准许只能在事后 {hours} 小时内补记；{person} 离岗更早",
    ),
    "attendance_nothing_over": ("no shift of {day} is over", "{day} 没有已结束的班次"),
}
