"""How an act of somebody becomes a fact, and how it is answered."""

from __future__ import annotations

from typing import Any, TypeVar

from ccd.effects import AnswerAsked
from ccd.events import ShiftAct
from ccd.events import handover as facts
from ccd.handover.seats import Place
from ccd.shifts.plan import Assignment

__all__ = ["accepted", "fact", "key_of", "refused"]

F = TypeVar("F", bound=facts.HandoverFact)


def fact(kind: type[F], event: ShiftAct, place: Place, about: Assignment | None, **more: Any) -> F:
    """One fact of this act, about the person it is about."""
    of_shift = {"day": about.day, "shift": about.shift} if about is not None else {}
    common = {
        "at": event.at,
        "key": key_of(event),
        "person": event.person or event.actor,
        "pbx": place[0],
        "seat": place[1],
        "actor": event.actor,
        "by": event.by,
        "because": f"{event.act} by {event.actor}",
    }
    return kind(**{**common, **of_shift, **more})


def key_of(event: ShiftAct) -> str:
    """That of the request: asked again after a restart it is the same fact."""
    return f"handover|{event.act}|{event.request}"


def accepted(event: ShiftAct, rule: str, result: dict[str, str] | None = None, **values: str) -> AnswerAsked:
    return AnswerAsked(
        key=event.request,
        because=rule,
        accepted=True,
        rule=rule,
        values=values,
        result=result or {},
    )


def refused(event: ShiftAct, rule: str, **values: str) -> AnswerAsked:
    return AnswerAsked(key=event.request, because=rule, accepted=False, rule=rule, values=values)
