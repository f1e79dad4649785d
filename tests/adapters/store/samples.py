"""Facts for the tests: one of every kind, and a small story of a queue call."""

from __future__ import annotations

import types
import typing
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any, TypeVar

import msgspec

from ccd import events as e
from ccd.adapters.store.entries import Entry
from ccd.events import quality, recording_pauses
from ccd.events.shift_facts import SHIFT_FACTS

BASES = (e.Event, e.IncidentFact, e.ShiftFact)

T = TypeVar("T", bound=msgspec.Struct)

AT = datetime(2026, 3, 2, 8, 30, 0, 123456, tzinfo=UTC)


def later(seconds: float) -> datetime:
    return AT + timedelta(seconds=seconds)


def sample(kind: type[T], /, **given: Any) -> T:
    """One of this kind: texts hold the name of their field, so that one can see where they went."""
    return kind(**(_fillers(kind) | given))


@cache
def _fillers(kind: type[msgspec.Struct]) -> dict[str, Any]:
    hints = typing.get_type_hints(kind)
    return {field.name: _filler(field.name, hints[field.name]) for field in msgspec.structs.fields(kind)}


def _filler(name: str, hint: Any) -> Any:
    options = [hint]
    if typing.get_origin(hint) in (types.UnionType, typing.Union):
        options = [option for option in typing.get_args(hint) if option is not type(None)]
    hint = options[0]
    if name == "at":
        return AT
    if hint is datetime:
        return later(-60 - len(name))
    if hint in (str, float, int, bool):
        return {str: f"<{name}>", float: len(name) + 0.5, int: len(name), bool: False}[hint]
    if hint is date:
        return AT.date()
    parts = typing.get_args(hint)
    if typing.get_origin(hint) is tuple and parts[-1] is not ...:
        return tuple(_filler(name, part) for part in parts)
    if typing.get_origin(hint) is tuple:
        return (_filler(name, parts[0]),)
    if typing.get_origin(hint) is dict:
        return {f"<{name}>": _filler(name, parts[1])}
    if issubclass(hint, msgspec.Struct):
        return sample(hint)
    raise TypeError(f"no filler for {name}: {hint}")


def all_events() -> list[type[e.Event]]:
    """Every concrete class of ccd.events that is an input or a fact."""
    found = [kind for module in (e, quality, recording_pauses) for kind in vars(module).values()]
    kinds = [kind for kind in found if isinstance(kind, type) and issubclass(kind, e.Event)]
    return [kind for kind in dict.fromkeys(kinds) if kind not in BASES] + list(SHIFT_FACTS)


def all_entries() -> list[type[Entry]]:
    return Entry.__subclasses__()


QUEUE = {"pbx": "main", "call": "1.1", "uniqueid": "1.1", "queue": "support"}
AGENT = {"interface": "PJSIP/1001", "member": "张三"}


def queue_call() -> list[e.Event]:
    """A caller waits 12 s, is answered, talks for 30 s; the agent hangs up. All legs seen."""
    return [
        sample(e.CallStarted, at=AT, pbx="main", call="1.1", kind="queue", caller_name="李四", seen=True),
        sample(e.LegStarted, at=AT, pbx="main", call="1.1", uniqueid="1.1", seen=True),
        sample(e.CallerJoined, at=later(1), **QUEUE, caller_number="13800138000", position=2, seen=True),
        sample(e.AgentRang, at=later(10), **QUEUE, **AGENT),
        sample(e.LegStarted, at=later(10), pbx="main", call="1.1", uniqueid="1.2", seen=True),
        sample(
            e.CallerLeft, at=later(13), **QUEUE, outcome="answered", wait_s=12.0, position=1, joined=later(1)
        ),
        sample(
            e.AgentConnected,
            at=later(13),
            **QUEUE,
            **AGENT,
            agent_uniqueid="1.2",
            wait_s=12.0,
            ring_s=3.0,
            joined=later(1),
        ),
        e.CallAnswered(at=later(13), pbx="main", call="1.1"),
        e.LegAnswered(at=later(13), pbx="main", call="1.1", uniqueid="1.2"),
        sample(
            e.AgentCompleted,
            at=later(43),
            **QUEUE,
            **AGENT,
            reason="agent",
            wait_s=12.0,
            talk_s=30.0,
            seen=True,
            joined=later(1),
        ),
        sample(e.LegEnded, at=later(43), pbx="main", call="1.1", uniqueid="1.2", cause=16, seen=True),
        sample(e.LegEnded, at=later(44), pbx="main", call="1.1", uniqueid="1.1", cause=16, seen=True),
        sample(
            e.CallEnded,
            at=later(44),
            pbx="main",
            call="1.1",
            kind="queue",
            caller_name="李四",
            outcome="answered",
            started=AT,
            answered=later(13),
            wait_s=12.0,
            talk_s=30.0,
            hold_s=0.0,
            cause=16,
            seen=True,
        ),
    ]


def agent_changed(
    second: float, state: str, was: str = "", since: float = 0.0, **more: Any
) -> e.AgentChanged:
    return sample(
        e.AgentChanged,
        **(
            {
                "pbx": "main",
                "interface": "PJSIP/1001",
                "queue": "",
                "reason": "",
                "was_reason": "",
                "call": "",
            }
            | {"at": later(second), "state": state, "was": was, "since": later(since)}
            | more
        ),
    )
