"""What people are told of an incident: a subject and a text, for e-mail, webhook, MQTT and console.

The police number stands in no text of a drill, so that nobody can dial it from one.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from ccd.events.incidents import CallFacts
from ccd.incidents.words import duration, local_time, visible, word

__all__ = ["KINDS", "telling"]

# kind → (English, Chinese) of what has happened, and of what is to be done
_SAYS: Mapping[str, tuple[tuple[str, str], tuple[str, str]]] = {
    "report": (
        ("{ladder} reported", "{ladder}：已报告"),
        (
            "Acknowledge at once (1 on the phone, or at the console), then come to the floor.",
            "请立即确认（电话按 1，或在控制台），并赶到现场。",
        ),
    ),
    "warn_police": (
        ("{ladder}: the police are due shortly", "{ladder}：即将报警"),
        (
            "Nobody whose arrival stops the clock has arrived. Come now, or stand the police down.",
            "尚无应到场者到场。请立即到场，或取消报警。",
        ),
    ),
    "police_due": (
        ("{ladder}: the police are to be called now", "{ladder}：现在应当报警"),
        (
            "The phones on duty are being rung: whoever answers hears the facts and is put through.",
            "正在呼叫值班电话：接听者将听到情况并被转接警方。",
        ),
    ),
    "dial_yourself": (
        ("{ladder}: DIAL THE POLICE YOURSELF", "{ladder}：请自行拨打报警电话"),
        (
            "ccd cannot dial. Take any phone, dial {police}, and say what stands below.",
            "ccd 无法拨号。请用任何电话拨打 {police}，并说明以下情况。",
        ),
    ),
    "police_dialling": (
        ("{ladder}: the police are being dialled", "{ladder}：正在拨打报警电话"),
        ("Do not dial a second time.", "请勿重复拨打。"),
    ),
    "police_answered": (
        ("{ladder}: the police have answered", "{ladder}：警方已接听"),
        ("Go to meet them, and have the facts below at hand.", "请准备接应警方，并备好以下情况。"),
    ),
    "police_failed": (
        ("{ladder}: THE POLICE WERE NOT REACHED", "{ladder}：未能接通警方"),
        ("Take any phone and dial {police} yourself.", "请用任何电话自行拨打 {police}。"),
    ),
    "unproven": (
        ("{ladder}: an arrival without a PIN", "{ladder}：到场未经密码证明"),
        (
            "Their code was dialled, but no PIN was checked. The clock goes on: dial *87 with the PIN.",
            "有人拨了应到场者的工号，但未核对密码。计时继续：请拨 *87 并输入密码，或在控制台确认到场。",
        ),
    ),
    "not_recorded": (
        ("{ladder}: THE CALL IS NOT BEING RECORDED", "{ladder}：通话未被录音"),
        (
            "Recording could not be started. Write down every word, and record by other means.",
            "录音未能开始。请逐字记录，并用其他方式录音。",
        ),
    ),
    "arrived": (
        ("{ladder}: the person awaited has arrived", "{ladder}：应到场者已到场"),
        ("The clock to the police is stopped. Follow their lead.", "报警计时已停止。请听从其指挥。"),
    ),
    "stood_down": (
        ("{ladder}: the police have been stood down", "{ladder}：已取消报警"),
        (
            "ccd will not call the police for this incident any more. The incident stays open.",
            "ccd 不再为本事件报警。事件仍未结束。",
        ),
    ),
    "closed": (
        ("{ladder}: closed", "{ladder}：已结束"),
        ("The high alert is over.", "高度戒备解除。"),
    ),
    "nobody_on_duty": (
        ("{ladder}: NOBODY IS ON DUTY TO BE TOLD", "{ladder}：无值班人员可通知"),
        (
            "No one on duty could be told. Whoever reads this: take the lead and acknowledge.",
            "没有值班人员可以通知。看到此消息者请立即负责处理并确认。",
        ),
    ),
    "level_skipped": (
        ("{ladder}: your level was skipped", "{ladder}：已越级报告"),
        (
            "In the emergency this went past you to the next level; you are told afterwards.",
            "因情况紧急，已越过您这一级上报，特此补报。",
        ),
    ),
    "not_saved": (
        ("{ladder}: THE RECORD IS NOT BEING SAVED", "{ladder}：记录未能保存"),
        (
            "Neither the database nor the emergency file takes it. Write down on paper what happens.",
            "数据库和应急文件都无法写入。请用纸笔记录经过。",
        ),
    ),
}

KINDS = tuple(_SAYS)

_IN_A_DRILL = (
    "This is a drill. Do NOT dial the police.",
    "这是演练，请勿真的拨打报警电话。",
)
_WOULD_DIAL = (
    "{ladder}: here somebody would have to dial the police",
    "{ladder}：此时须有人自行报警",
)
_UNSET = ("the police (no number is set in ccd)", "报警电话（ccd 中未设置号码）")

_LABELS: tuple[tuple[str, str, str], ...] = (
    # a field of CallFacts, and its label
    ("seat", "Seat", "机台"),
    ("agent_name", "Agent", "客服人员"),
    ("caller_number", "Caller's number", "来电号码"),
    ("caller_name", "Caller's name as shown", "来电显示姓名"),
    ("called_number", "Number called", "被叫号码"),
    ("queue", "Queue", "队列"),
    ("trunk", "Trunk", "中继"),
    ("customer", "Customer", "客户"),
)


def telling(
    ladder: str,
    drill: bool,
    facts: CallFacts,
    opened_at: datetime,
    timezone: str,
    language: str,
    note: str,
    saved: str,
    police_number: str,
    kind: str,
) -> tuple[str, str]:
    """(subject, text) of one of ``KINDS``. ``opened_at`` is aware; ``saved``: store, spool, memory.

    The subject is one line. Raises KeyError for another kind.
    """
    chinese = language.startswith("zh")
    happened, to_do = (each[chinese] for each in _SAYS[kind])
    police = visible(police_number) or _UNSET[chinese]
    if drill and "{police}" in to_do:
        happened, to_do = _WOULD_DIAL[chinese], ""
    marks = _marks(drill, saved == "memory" or kind == "not_saved", chinese)
    subject = marks + happened.format(ladder=word("ladder", ladder, language))
    if facts.seat:
        subject += f"（机台 {visible(facts.seat)}）" if chinese else f" (seat {visible(facts.seat)})"
    said = [to_do.format(police=police), _IN_A_DRILL[chinese] if drill else ""]
    lines = [subject, *filter(None, said), "", *_facts(facts, opened_at, timezone, language)]
    return subject, "\n".join([*lines, *_more(note, saved, language)]) + "\n"


def _marks(drill: bool, unsaved: bool, chinese: bool) -> str:
    drill_mark, unsaved_mark = ("【演练】", "【未保存】") if chinese else ("[DRILL] ", "[NOT SAVED] ")
    return drill_mark * drill + unsaved_mark * unsaved


def _facts(facts: CallFacts, opened_at: datetime, timezone: str, language: str) -> list[str]:
    chinese = language.startswith("zh")
    colon = "：" if chinese else ": "
    lines = [("报告时间" if chinese else "Reported") + colon + local_time(opened_at, timezone)]
    for field, en, zh in _LABELS:
        value = visible(str(getattr(facts, field)))
        if field == "agent_name" and facts.agent:
            value = f"{value} ({visible(facts.agent)})".strip()
        if value.strip():
            lines.append((zh if chinese else en) + colon + value)
    if facts.started is not None:
        lines.append(("来电时间" if chinese else "Call began") + colon + local_time(facts.started, timezone))
    if facts.ran_s:
        label = "报告时已通话" if chinese else "Call had run"
        lines.append(label + colon + duration(facts.ran_s, language))
    return lines


def _more(note: str, saved: str, language: str) -> list[str]:
    chinese = language.startswith("zh")
    colon = "：" if chinese else ": "
    lines = [("备注" if chinese else "Note") + colon + visible(note, lines=True)] if note.strip() else []
    if saved != "store":
        lines.append(
            ("记录保存于" if chinese else "The record is kept in") + colon + word("where", saved, language)
        )
    return lines
