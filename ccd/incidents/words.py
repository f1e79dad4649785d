"""Codes of incidents in words, and how any text, time or size is shown to people. English and Chinese.

A language is ``zh…`` or anything else, which is English. A code that has no word here stands for itself.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from datetime import datetime
from string import Formatter
from typing import Any
from zoneinfo import ZoneInfo

__all__ = ["WORDS", "Wording", "duration", "local_time", "name_of", "size", "visible", "word"]

_TURNS_TEXT_AROUND = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c")

# kind → code → (English, Chinese)
WORDS: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "ladder": {
        "threat": ("threat call", "要挟电话"),
        "intruder": ("intruder", "陌生人闯入"),
        "fire": ("fire or another alarm", "火灾等警报"),
        "danger": ("danger to people or equipment", "人身或设备危险"),
        "leak": ("leak of secrets", "泄密"),
    },
    "severity": {"low": ("low", "低"), "medium": ("medium", "中"), "high": ("high", "高")},
    "how": {
        "phone": ("by phone", "用电话"),
        "console": ("at the console", "在控制台"),
        "mqtt": ("by MQTT", "通过 MQTT"),
        "adopted": ("noted by the PBX while ccd was away", "ccd 离线时由交换机记录"),
        "clock": ("by the clock", "由计时器"),
        "policy": ("by rule", "按规则"),
    },
    "means": {
        "phone": ("phone", "电话"),
        "email": ("e-mail", "电子邮件"),
        "webhook": ("webhook", "Webhook"),
        "mqtt": ("MQTT", "MQTT"),
        "console": ("console", "控制台"),
    },
    "role": {
        "agent": ("agent", "客服人员"),
        "telesales": ("telesales agent", "电销座席"),
        "senior_agent": ("senior agent", "督导"),
        "team_lead": ("team lead", "班长"),
        "duty_lead": ("duty lead", "值班领导"),
        "operations_manager": ("operations manager", "主管经理"),
        "qa_analyst": ("QA analyst", "质检员"),
        "qa_manager": ("QA manager", "质培经理"),
        "trainer": ("trainer", "培训师"),
        "department_head": ("department head", "部门负责人"),
        "management": ("management", "公司领导"),
    },
    "result": {
        "answered": ("answered", "已接听"),
        "acknowledged": ("acknowledged", "已确认"),
        "cannot": ("cannot come", "不能到场"),
        "stood_down": ("stood down", "已取消报警"),
        "confirmed": ("confirmed", "已确认报警"),
        "hung_up": ("hung up", "已挂断"),
        "busy": ("busy", "忙线"),
        "no_answer": ("no answer", "无人接听"),
        "failed": ("failed", "失败"),
        "ok": ("delivered", "已送达"),
        "delivered": ("delivered", "已送达"),
        "given_up": ("given up", "已放弃"),
    },
    "act": {
        "acknowledge": ("acknowledge", "确认"),
        "cannot": ("cannot come", "不能到场"),
        "arrive": ("arrive", "到场"),
        "stand_down": ("stand down", "取消报警"),
        "police": ("have the police called", "要求报警"),
        "police_called": ("police called", "已报警"),
        "detail": ("checklist answer", "填写检查单"),
        "evidence": ("evidence", "证据"),
        "note": ("note", "备注"),
        "close": ("close", "结束"),
    },
    "mode": {
        "call": ("a human is put through to them", "接通一人后转接警方"),
        "confirm": ("a human must confirm", "需由一人确认"),
        "advise": ("people are told to dial", "提示人员拨打"),
        "unattended": ("a spoken call, unattended", "无人值守语音报警"),
    },
    "due": {
        "deadline": ("nobody arrived in time", "规定时间内无人到场"),
        "cannot_come": ("whose arrival is awaited cannot come", "应到场者不能到场"),
        "asked": ("a lead asks for them", "负责人要求"),
    },
    "begun": {
        "report": ("at the report", "接到报告"),
        "acknowledged": ("the rung before has acknowledged", "上一级已确认"),
        "not_acknowledged": ("the rung before has not acknowledged", "上一级未确认"),
        "nobody": ("there is nobody on the rung before", "上一级无人"),
        "time": ("its time has come", "到规定时间"),
    },
    "reason": {
        "false_alarm": ("false alarm", "误报"),
        "manager_here": ("the manager is here", "经理已到场"),
        "police_called": ("the police have been called already", "已经报警"),
        "other": ("another reason", "其他原因"),
        "drill over": ("the drill is over", "演练结束"),
    },
    "outcome": {"drill": ("the drill is over", "演练结束")},
    "where": {
        "store": ("the database", "数据库"),
        "spool": ("the emergency file (the database takes nothing)", "应急文件（数据库不可用）"),
        "memory": ("memory only: NOT SAVED", "仅在内存中：未保存"),
    },
}


def visible(text: str, *, lines: bool = False) -> str:
    """Somebody's text with no control character in it: each is shown as U+FFFD, or as a space between words.

    ``lines`` keeps line ends (as ``\\n``) and tabs; without it the text is one line. Marks that turn the
    direction of the text around are taken for control characters: they make a line read otherwise.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n").replace("\u2029", "\n")
    if text.isprintable() and _TURNS_TEXT_AROUND.isdisjoint(text):
        return text
    return "".join(_mark(mark, lines) for mark in text)


def _mark(mark: str, lines: bool) -> str:
    if mark in "\n\t":
        return mark if lines else " "
    if mark in _TURNS_TEXT_AROUND or unicodedata.category(mark) in ("Cc", "Cs"):
        return "\ufffd"
    return mark


def word(kind: str, code: str, language: str) -> str:
    found = WORDS[kind].get(code)
    if found is None:
        return visible(code)
    return found[1] if language.startswith("zh") else found[0]


def name_of(code: str, names: Mapping[str, str], language: str) -> str:
    """``张三 (1001)``; nobody is said so."""
    if not code:
        return "（无）" if language.startswith("zh") else "nobody named"
    name = names.get(code, "")
    return f"{visible(name)} ({visible(code)})" if name and name != code else visible(code)


def local_time(at: datetime, timezone: str) -> str:
    """``2026-11-22 08:31:58 +0800``: the offset tells the two passes of an autumn hour apart."""
    return at.astimezone(ZoneInfo(timezone)).strftime("%Y-%m-%d %H:%M:%S %z")


def duration(seconds: float, language: str) -> str:
    """To the second: ``14 min 20 s``, ``14 分 20 秒``."""
    whole = max(round(seconds), 0)
    hours, minutes, rest = whole // 3600, whole % 3600 // 60, whole % 60
    units = ("小时", "分", "秒") if language.startswith("zh") else ("h", "min", "s")
    parts = [f"{n} {unit}" for n, unit in zip((hours, minutes, rest), units, strict=True) if n]
    return " ".join(parts) or f"0 {units[2]}"


def size(number: int) -> str:
    """``1,234 B``, and in larger units from 10 kB on."""
    for unit, of in (("MB", 1_000_000), ("kB", 1_000)):
        if number >= of * 10:
            return f"{number / of:,.1f} {unit}"
    return f"{number:,} B"


class Wording(Formatter):
    """Formats a template whose fields say what they are: ``{person:name}``, ``{after_s:time}``.

    Besides the kinds of ``WORDS``: ``name``, ``names``, ``told``, ``rung``, ``time``, ``size``, and clauses
    that vanish where there is nothing to say: ``tail``, ``seat``, ``caller``, ``vouched``, ``late`` (by a
    second or more). Without a kind it is one line of text. Values are never templates.
    """

    def __init__(self, language: str, names: Mapping[str, str]) -> None:
        self._language = language
        self._roster = names
        self._chinese = language.startswith("zh")

    def format_field(self, value: Any, kind: str) -> str:
        if kind in WORDS:
            return word(kind, str(value), self._language)
        match kind:
            case "name":
                return name_of(value, self._roster, self._language)
            case "told":
                return self.format_field(value, "name") if value else _EVERYBODY[self._chinese]
            case "rung":  # counted from 0 inside, from 1 by people
                return str(value + 1)
            case "names":
                people = (name_of(code, self._roster, self._language) for code in value)
                return ("、" if self._chinese else ", ").join(people)
            case "time":
                return duration(value, self._language)
            case "size":
                return size(value)
            case "late":
                return self._clause(kind, duration(value, self._language) if value >= 1 else "")
            case "seat" | "caller" | "tail":
                return self._clause(kind, visible(value))
            case "vouched":
                return self._clause(kind, name_of(value, self._roster, self._language) if value else "")
        return visible(str(value))

    def _clause(self, kind: str, value: str) -> str:
        return _CLAUSES[kind][self._chinese].format(value) if value.strip() else ""


_EVERYBODY = ("everybody concerned", "全体相关人员")

# (English, Chinese) around a value; without one, nothing
_CLAUSES: Mapping[str, tuple[str, str]] = {
    "late": (", {} late", "（晚了 {}）"),
    "seat": (", seat {}", "，机台 {}"),
    "caller": (", caller {}", "，来电 {}"),
    "tail": (": {}", "：{}"),
    "vouched": (", vouched for by {}", "，见证人 {}"),
}
