"""What each cell of a roster may hold. docs/roster.md says the same in words."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from enum import StrEnum

__all__ = ["CELLS", "Role", "shown"]


class Role(StrEnum):
    """The posts of manual.md, "People and seats"."""

    AGENT = "agent"
    TELESALES = "telesales"
    SENIOR_AGENT = "senior_agent"
    TEAM_LEAD = "team_lead"
    DUTY_LEAD = "duty_lead"
    OPERATIONS_MANAGER = "operations_manager"
    QA_ANALYST = "qa_analyst"
    QA_MANAGER = "qa_manager"
    TRAINER = "trainer"
    DEPARTMENT_HEAD = "department_head"
    MANAGEMENT = "management"


_ROLES: Mapping[str, Role] = {
    **{role.value: role for role in Role},
    "telesales_agent": Role.TELESALES,
    "deputy_lead": Role.SENIOR_AGENT,
    "客服人员": Role.AGENT,
    "客服": Role.AGENT,
    "电销座席": Role.TELESALES,
    "电销": Role.TELESALES,
    "督导": Role.SENIOR_AGENT,
    "班长": Role.TEAM_LEAD,
    "值班领导": Role.DUTY_LEAD,
    "主管经理": Role.OPERATIONS_MANAGER,
    "客服经理": Role.OPERATIONS_MANAGER,
    "质检员": Role.QA_ANALYST,
    "质培经理": Role.QA_MANAGER,
    "培训师": Role.TRAINER,
    "部门负责人": Role.DEPARTMENT_HEAD,
    "公司领导": Role.MANAGEMENT,
}

_TECHNOLOGIES = {name.upper(): name for name in ("PJSIP", "SIP", "IAX2", "DAHDI", "Local", "Agent", "SCCP")}


def shown(text: str) -> str:
    """Somebody's text as an error may show it: short, on one line."""
    short = text if len(text) <= 40 else text[:40] + "…"
    return "".join(mark if mark.isprintable() else "?" for mark in short)


Cell = Callable[[str], tuple[str, str]]
"""Takes a cell, gives its value and what is wrong with it ("" where nothing is)."""


def _text(limit: int) -> Cell:
    def check(cell: str) -> tuple[str, str]:
        if any(unicodedata.category(mark) in ("Cc", "Cf", "Cs", "Zl", "Zp") for mark in cell):
            return cell, f"{shown(cell)!r} holds a control or invisible character; type it anew"
        if len(cell) > limit:
            return cell, f"{shown(cell)!r} has {len(cell)} characters; at most {limit}"
        return cell, ""

    return check


def _pattern(pattern: str, limit: int, what: str) -> Cell:
    compiled, plain = re.compile(pattern), _text(limit)

    def check(cell: str) -> tuple[str, str]:
        value, wrong = plain(cell)
        if not wrong and cell and not compiled.fullmatch(cell):
            wrong = f"{shown(cell)!r} is not {what}"
        return value, wrong

    return check


def _role(cell: str) -> tuple[str, str]:
    role = _ROLES.get(re.sub(r"[\s-]+", "_", cell.casefold()))
    if role is None and cell:
        return cell, f"{shown(cell)!r} is no role; use one of {', '.join(Role)} or 客服人员, 班长, 质检员, …"
    return str(role or ""), ""


_interface_syntax = _pattern(
    r"[A-Za-z][A-Za-z0-9_]*/[^\s,;]+",
    80,
    "an interface; write Tech/name as Asterisk does, such as PJSIP/1001",
)


def _interface(cell: str) -> tuple[str, str]:
    value, wrong = _interface_syntax(cell)
    technology, _, name = cell.partition("/")
    canonical = _TECHNOLOGIES.get(technology.upper(), technology)
    if not wrong and technology != canonical:
        wrong = f"{shown(cell)!r} is spelled otherwise by Asterisk; write {canonical}/{shown(name)}"
    return value, wrong


_number = _pattern(
    r"\+?[0-9]{6,20}",
    40,
    "an outside number; write it as it is dialled from here, 6 to 20 half-width digits, maybe a + before",
)


def _phone(cell: str) -> tuple[str, str]:
    """Shorter ones are refused: those of the police and the like are, and a person is rung in drills too."""
    value, wrong = _number(cell)
    if wrong and re.fullmatch(r"[0-9.,]+E\+?[0-9]+", cell, re.IGNORECASE):
        wrong = f"{shown(cell)!r} has lost digits to the spreadsheet; format the column as text, type it anew"
    return value, wrong


CELLS: Mapping[str, Cell] = {
    "code": _pattern(r"[0-9]{2,10}", 40, "a code; use 2 to 10 digits, half-width"),
    "name": _text(64),
    "role": _role,
    "team": _text(64),
    "seat": _text(32),
    "interface": _interface,
    "pbx": _pattern(
        r"[a-z][a-z0-9_-]{0,31}", 40, "the name of a PBX; use the NAME of its [pbx.NAME] section"
    ),
    "agency": _text(64),
    "language": _pattern(r"[a-z]{2,3}([_-][A-Za-z0-9]{2,4})?", 16, "a language; write zh_CN or en"),
    "phone": _phone,
    "email": _pattern(
        r"[A-Za-z0-9_!#$%&'*+/=?^`{|}~-]+(\.[A-Za-z0-9_!#$%&'*+/=?^`{|}~-]+)*@([A-Za-z0-9-]+\.)+[A-Za-z0-9-]+",
        254,
        "an e-mail address; write one, half-width, such as name@example.com",
    ),
}
