"""Facts of every type, filled with values that the policy gives, or with a stranger's text."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import msgspec

from ccd.events.incidents import CallFacts, IncidentFact

AT = datetime(2026, 11, 22, 1, 2, 3, tzinfo=UTC)
INCIDENT = "threat-20261122-010203-0a1b2c3d"
NAMES = {"1001": "张三", "2001": "王班长", "3001": "李经理"}
CALL = CallFacts(
    pbx="main",
    call="1.1",
    seat="A12",
    agent="1001",
    agent_name="张三",
    caller_number="13800000000",
    caller_name="刘某",
    called_number="4001234567",
    queue="support",
    trunk="PJSIP/trunk-a",
    started=datetime(2026, 11, 22, 1, 0, 0, tzinfo=UTC),
    ran_s=123.0,
)
USUAL: dict[str, Any] = {
    "act": "arrive",
    "by": "3001",
    "how": "phone",
    "incident": INCIDENT,
    "ladder": "threat",
    "means": "email",
    "mode": "call",
    "people": ("2001", "3001"),
    "person": "2001",
    "question": "caller.voice",
    "answer": "deep,hoarse",
    "reason": "1",
    "result": "acknowledged",
    "role": "duty_lead",
    "severity": "high",
    "facts": CALL,
    "failures": ("nobody acknowledged",),
}


def made(kind: type[IncidentFact], text: str | None = None, **fields: Any) -> Any:
    """A fact of this type. ``text`` goes into every field of text; ``fields`` say otherwise."""
    found: dict[str, Any] = {"at": AT, "n": 1}
    for field in msgspec.structs.fields(kind):
        if field.name in found:
            continue
        if text is not None and field.type is str:
            found[field.name] = text
        elif text is not None and field.type == tuple[str, ...]:
            found[field.name] = (text, text)
        else:
            found[field.name] = USUAL[field.name] if field.name in USUAL else _plain(field)
    if text is not None and "facts" in found:
        texts = [each.name for each in msgspec.structs.fields(CallFacts) if each.type is str]
        found["facts"] = msgspec.structs.replace(CALL, **dict.fromkeys(texts, text))
    return kind(**{**found, **fields})


def _plain(field: msgspec.structs.FieldInfo) -> Any:
    return {int: 2, float: 75.0, bool: False, str: f"the {field.name}"}[field.type]
