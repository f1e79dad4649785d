"""Facts of an incident as lines of its timeline; ``telling`` is what people are told of it.

Every type of fact has its words in both languages; a test holds that. ``names`` gives a person's name by the
code of the roster.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from ccd.events.incidents import (
    DetailGiven,
    DrillJudged,
    IncidentFact,
    IncidentOpened,
    PoliceAnswered,
    PoliceDialling,
)
from ccd.incidents.announcements import KINDS, telling
from ccd.incidents.checklist import AnswerError, question, shown
from ccd.incidents.words import Wording

__all__ = ["KINDS", "TEMPLATES", "line", "telling", "who"]

# type, or type and what of it differs → (English, Chinese); the fields' kinds are ``Wording``'s
TEMPLATES: Mapping[str, tuple[str, str]] = {
    "IncidentOpened": (
        "{drill}{ladder:ladder} reported by {who:name} ({how:how}{seat:seat}{caller:caller}){note:tail}",
        "{drill}{who:name} 报告{ladder:ladder}（{how:how}{seat:seat}{caller:caller}）{note:tail}",
    ),
    "ReportRepeated": (
        "reported again by {by:name} ({how:how}){note:tail}",
        "{by:name} 再次报告（{how:how}）{note:tail}",
    ),
    "SourceKnown": (
        "the call's SIP comes from {source}{customer:tail}",
        "来电的 SIP 来源：{source}{customer:tail}",
    ),
    "RungBegan": (
        "rung {rung:rung} began ({role:role}): {people:names} ({why:begun})",
        "第 {rung:rung} 级开始（{role:role}）：{people:names}（{why:begun}）",
    ),
    "RungBegan nobody": (
        "rung {rung:rung} began ({role:role}): NOBODY is there to be told ({why:begun})",
        "第 {rung:rung} 级开始（{role:role}）：无人可通知（{why:begun}）",
    ),
    "TurnBegan": (
        "rung {rung:rung}, round {round}: it is the turn of {person:name}",
        "第 {rung:rung} 级第 {round} 轮：轮到 {person:name}",
    ),
    "PersonTold": (
        "{person:told} is being told by {means:means}{where:tail}",
        "正在通过{means:means}通知{person:told}{where:tail}",
    ),
    "TellingEnded": (
        "{person:told}, {means:means}: {result:result}{error:tail}",
        "{person:told}（{means:means}）：{result:result}{error:tail}",
    ),
    "Acknowledged": (
        "{person:name} acknowledged ({how:how}, rung {rung:rung})",
        "{person:name} 确认收到（{how:how}，第 {rung:rung} 级）",
    ),
    "CannotCome": (
        "{person:name} cannot come ({how:how}, rung {rung:rung})",
        "{person:name} 不能到场（{how:how}，第 {rung:rung} 级）",
    ),
    "RungExhausted": (
        "rung {rung:rung}: nobody acknowledged in round {round}",
        "第 {rung:rung} 级第 {round} 轮：无人确认",
    ),
    "Arrived": (
        "{person:name} arrived after {after_s:time} (shown {how:how}{seat:seat}{by:vouched})",
        "{person:name} 在 {after_s:time}后到场（{how:how}证明{seat:seat}{by:vouched}）",
    ),
    "ArrivalUnproven": (
        "the code of {person:name} was dialled{seat:seat}, but no PIN was checked: the clock goes on",
        "有人拨了 {person:name} 的工号{seat:seat}，但未核对密码：计时继续",
    ),
    "PoliceWarned": (
        "warned that the police are due in {left_s:time}",
        "已提醒：距报警还有 {left_s:time}",
    ),
    "PoliceDue": (
        "the police are due{late_s:late}: {why:due} ({mode:mode})",
        "应当报警{late_s:late}：{why:due}（{mode:mode}）",
    ),
    "VoiceSought": (
        "attempt {attempt}: ringing {person:name} at {where} to be put through to the police",
        "第 {attempt} 次：呼叫 {person:name}（{where}），以便转接警方",
    ),
    "PoliceDialling": ("the police are being dialled{by:tail}", "正在拨打报警电话{by:tail}"),
    "PoliceDialling read": (
        "read back from the PBX: the police were being dialled{by:tail}",
        "从交换机读回：已在拨打报警电话{by:tail}",
    ),
    "PoliceAnswered": ("the police answered{by:tail}", "警方已接听{by:tail}"),
    "PoliceFailed": ("the police could not be reached{why:tail}", "未能接通警方{why:tail}"),
    "PoliceCalledByHand": (
        "{person:name} called the police and says so{note:tail}",
        "{person:name} 称已自行报警{note:tail}",
    ),
    "StoodDown": (
        "{person:name} ({role:role}) stood the police down ({how:how}{by:vouched}): {reason:reason}",
        "{person:name}（{role:role}）取消报警（{how:how}{by:vouched}）：{reason:reason}",
    ),
    "StoodDown itself": (
        "ccd stood the police down ({how:how}): {reason:reason}",
        "ccd 取消报警（{how:how}）：{reason:reason}",
    ),
    "ActRefused": (
        "refused: {act:act} by {person:name}{why:tail}",
        "已拒绝 {person:name} 的操作“{act:act}”{why:tail}",
    ),
    "EnforcementWithheld": (
        "the policy {policy} was kept from acting here{because:tail}",
        "规则 {policy} 的处置已暂缓{because:tail}",
    ),
    "DetailGiven": (
        "{asked}: {answered} (given by {by:name})",
        "{asked}：{answered}（填写人 {by:name}）",
    ),
    "EvidenceKept": (
        "evidence kept: {name}, {size:size}, SHA-256 {sha256}",
        "证据已保存：{name}，{size:size}，SHA-256 {sha256}",
    ),
    "EvidenceKept growing": (
        "first copy kept while the recording goes on: {name}, {size:size}, SHA-256 {sha256}",
        "录音进行中，已保存副本：{name}，{size:size}，SHA-256 {sha256}",
    ),
    "EvidenceFailed": ("evidence not kept: {source}: {error}", "证据未能保存：{source}：{error}"),
    "NoteTaken": ("note of {person:name}: {text}", "{person:name} 的备注：{text}"),
    "SavingChanged": (
        "the record of this incident is now kept in {where:where}",
        "本事件的记录现保存于：{where:where}",
    ),
    "CallEndedMeanwhile": ("the reported call is over", "被报告的通话已结束"),
    "CallEndedMeanwhile kept": (
        "the agent has left the call; the caller's line is kept up for tracing",
        "客服人员已离开通话；来电线路保持，以便追查",
    ),
    "IncidentClosed": (
        "closed by {person:name}: {outcome:outcome}",
        "{person:name} 结束了事件：{outcome:outcome}",
    ),
    "IncidentClosed itself": ("closed by ccd: {outcome:outcome}", "ccd 结束了事件：{outcome:outcome}"),
    "DrillJudged": ("the drill was passed", "演练合格"),
    "DrillJudged failed": ("the drill FAILED: {failed}", "演练不合格：{failed}"),
}


def line(fact: IncidentFact, language: str, names: Mapping[str, str]) -> str:
    """What happened, in one line without a control character; the time is not part of it."""
    template = TEMPLATES[_variant(fact)]
    chinese = language.startswith("zh")
    fields = {**msgspec.structs.asdict(fact), **_extras(fact, language)}
    return Wording(language, names).vformat(template[1] if chinese else template[0], (), fields)


def who(fact: IncidentFact) -> str:
    """The code of whoever did it, as far as a person did; else ""."""
    if isinstance(fact, PoliceDialling | PoliceAnswered):  # there ``by`` is a ring's key
        return ""
    reporter = fact.facts.agent if isinstance(fact, IncidentOpened) else ""
    return str(getattr(fact, "person", "") or getattr(fact, "by", "") or reporter)


_DIFFERS: Mapping[str, tuple[str, object, str]] = {
    # type: (field, the value at which its words differ, which words)
    "RungBegan": ("people", (), "nobody"),
    "PoliceDialling": ("live", False, "read"),
    "EvidenceKept": ("final", False, "growing"),
    "CallEndedMeanwhile": ("caller_kept", True, "kept"),
    "StoodDown": ("by", "ccd", "itself"),
    "IncidentClosed": ("by", "ccd", "itself"),
    "DrillJudged": ("passed", False, "failed"),
}


def _variant(fact: IncidentFact) -> str:
    name = type(fact).__name__
    field, value, variant = _DIFFERS.get(name, ("", None, ""))
    return f"{name} {variant}" if field and getattr(fact, field) == value else name


def _extras(fact: IncidentFact, language: str) -> dict[str, object]:
    """What a template needs beside the fact's own fields."""
    chinese = language.startswith("zh")
    match fact:
        case IncidentOpened():
            mark = "【演练】" if chinese else "[DRILL] "
            call = {"seat": fact.facts.seat, "caller": fact.facts.caller_number}
            return {"who": who(fact), "drill": mark * fact.drill, **call}
        case DrillJudged():
            return {"failed": ("；" if chinese else "; ").join(fact.failures)}
        case DetailGiven():
            answered = shown(fact.question, fact.answer, language)
            return {"asked": _asked(fact.question, language), "answered": answered}
    return {}


def _asked(name: str, language: str) -> str:
    try:
        asked = question(name)
    except AnswerError:  # of a checklist that has changed since
        return name
    return asked.zh if language.startswith("zh") else asked.en
