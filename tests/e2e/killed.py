"""``ccd run`` that kills itself at a named point: ``python -m tests.e2e.killed run --config FILE``.

The whole daemon as it is shipped, in a process of its own; functions at its seams are wrapped here so that it
sends itself SIGKILL. Said by environment:

KILLED_AT       a name in ``POINTS`` or ``QUALITY``
KILLED_NTH      when it is reached for the so manieth time (1)
KILLED_AFTER_S  so many seconds later (0: there and then, before anything else is done)
"""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from ccd.adapters.ami.session import Session
from ccd.adapters.clock import Clock
from ccd.adapters.performer import Performer
from ccd.adapters.safekeeping import Safekeeping
from ccd.adapters.spool import Spool
from ccd.adapters.store.writer import Writer
from ccd.cli import main
from ccd.runner import Runner

__all__ = ["POINTS", "QUALITY", "Point"]


@dataclass(frozen=True)
class Point:
    """``seam`` is one of ``_SEAMS``; ``what`` and ``where`` say which of what passes there is meant.

    A text in ``where`` that begins with * stands for all that end like it, one that ends with * for all that
    begin like it.
    """

    seam: str
    what: str
    where: dict[str, object] = field(default_factory=dict)


POINTS: dict[str, Point] = {
    # The report, and what is written with it: the first rung and whom it tells are one transaction with it.
    "report heard": Point("heard", "CcdReport"),
    "report taken": Point("before", "IncidentOpened"),
    "deadline armed": Point("armed", "SetDeadline", {"key": "*|police"}),
    "incident written": Point("kept", "IncidentOpened"),
    "spool written": Point("spooled", "IncidentOpened"),
    "report answered": Point("performing", "AnswerAct", {"accepted": True}),
    "copy made": Point("input", "CopyKept"),
    "copy written": Point("kept", "EvidenceKept"),
    # People are told.
    "first ring to be sent": Point("sending", "Originate", {"Context": "ccd-tell"}),
    "first ring sent": Point("sent", "Originate", {"Context": "ccd-tell"}),
    "message to be sent": Point("performing", "Tell", {"means": "webhook"}),
    "message delivered": Point("input", "TellingResult", {"key": "*-webhook"}),
    "delivery written": Point("kept", "TellingEnded", {"key": "*-webhook", "result": "delivered"}),
    "key 1 heard": Point("heard", "CcdRing", {"Result": "acknowledged"}),
    "acknowledgement taken": Point("before", "Acknowledged"),
    "acknowledgement written": Point("kept", "Acknowledged"),
    "second rung taken": Point("before", "RungBegan", {"rung": 1}),
    "second rung written": Point("kept", "RungBegan", {"rung": 1}),
    # Somebody comes.
    "arrival taken": Point("before", "Arrived"),
    "arrival written": Point("kept", "Arrived"),
    # The police.
    "warning written": Point("kept", "PoliceWarned"),
    "deadline came": Point("input", "DeadlineDue", {"key": "*|police"}),
    "police due taken": Point("before", "PoliceDue"),
    "police due written": Point("kept", "PoliceDue"),
    "voice to be rung": Point("sending", "Originate", {"Context": "ccd-decide"}),
    "voice rung": Point("sent", "Originate", {"Context": "ccd-decide"}),
    "police dialled": Point("heard", "CcdPolice", {"State": "dialling"}),
    "police dialled, taken": Point("before", "PoliceDialling"),
    "police dialled, written": Point("kept", "PoliceDialling"),
    "police answered": Point("heard", "CcdPolice", {"State": "answered"}),
    # Nobody needs them any more.
    "key 9 heard": Point("heard", "CcdRing", {"Result": "stood_down"}),
    "stand-down taken": Point("before", "StoodDown"),
    "stand-down written": Point("kept", "StoodDown"),
    "to be barred": Point("performing", "SendAction", {"key": "*-bar"}),
    "to be let in again": Point("performing", "SendAction", {"key": "*-unbar"}),
}

QUALITY: dict[str, Point] = {
    # Sampling, as calls end.
    "conversations read": Point("input", "ConversationsRead"),
    "pick to be written": Point("given", "CallPicked"),
    "assignment to be written": Point("given", "EvaluationAssigned"),
    # Scoring.
    "claim to be written": Point("given", "EvaluationClaimed"),
    "claim to be answered": Point("performing", "AnswerAsked", {"rule": "scoring_claimed"}),
    "score to be written": Point("given", "EvaluationScored"),
    "score to be answered": Point("performing", "AnswerAsked", {"rule": "scoring_scored"}),
    "dispute to be written": Point("given", "EvaluationDisputed"),
    "disputed, to be held": Point("performing", "LookUpRecordings", {"key": "retention|look|dispute|*"}),
    "resolution to be written": Point("given", "EvaluationResolved"),
    # Holds and their copies.
    "hold to be written": Point("given", "RecordingHeld"),
    "copy begins": Point("performing", "CopyHeld"),
    "held, copy made": Point("input", "CopyKept", {"key": "retention|copy|*"}),
    # A day is closed.
    "population read": Point("input", "PopulationRead", {"key": "sampling|freeze|*"}),
    "closing to be written": Point("given", "DayFrozen"),
    # Recordings are deleted.
    "deletion to be written": Point("given", "RecordingDeleted"),
    "deletion begins": Point("performing", "DeleteRecording"),
    "deletion done": Point("input", "EffectDone", {"key": "retention|delete|*"}),
}


def fits(given: object, expected: object) -> bool:
    if isinstance(given, str) and isinstance(expected, str) and expected.startswith("*"):
        return given.endswith(expected[1:])
    if isinstance(given, str) and isinstance(expected, str) and expected.endswith("*"):
        return given.startswith(expected[:-1])
    return given == expected


class Killer:
    """``reached`` is asked at every passing; it does not return at the one that is meant."""

    def __init__(self, point: Point, nth: int, after_s: float) -> None:
        self.point = point
        self._left = nth
        self._after_s = after_s

    def reached(self, what: str, get: Callable[[str], object]) -> None:
        point = self.point
        if what != point.what or not all(fits(get(name), value) for name, value in point.where.items()):
            return
        self._left -= 1
        if self._left == 0 and self._after_s:
            threading.Thread(target=self._later, daemon=True).start()
        elif self._left == 0:
            self._now()

    def thing(self, thing: object) -> None:
        """An input, fact, effect or entry, by its attributes."""
        self.reached(type(thing).__name__, lambda name: getattr(thing, name, None))

    def action(self, fields: Iterable[tuple[str, str]]) -> None:
        known = dict(fields)
        self.reached(known.get("Action", ""), known.get)

    def _later(self) -> None:
        time.sleep(self._after_s)
        self._now()

    def _now(self) -> None:
        os.kill(os.getpid(), signal.SIGKILL)


Whole = Callable[..., Any]


def _wrap(owner: type, name: str, around: Callable[..., Any]) -> None:
    """``around`` gets the whole function and its arguments."""
    whole = getattr(owner, name)

    def wrapped(*arguments: Any, **named: Any) -> Any:
        return around(lambda: whole(*arguments, **named), *arguments)

    setattr(owner, name, wrapped)


def _heard(killer: Killer) -> None:
    """A UserEvent of the dialplan has come, and nobody has looked at it.

    Where several daemons follow one PBX, those of the others' incidents come as well.
    """

    def around(whole: Whole, runner: Any, pbx: str, at: Any, message: Any) -> Any:
        about = message.get("Key") or message.get("Incident")
        ours = not about or any(about.startswith(name) for name in runner.engine.world.incidents)
        if message.name == "UserEvent" and ours:
            killer.reached(message.get("UserEvent"), message.get)
        return whole()

    _wrap(Runner, "_one_message", around)


def _input(killer: Killer) -> None:
    """An input is about to be queued."""
    _wrap(Runner, "submit", partial(_first, killer))


def _performing(killer: Killer) -> None:
    """An effect is about to be handed to its adapter."""
    _wrap(Performer, "perform", partial(_first, killer))


def _first(killer: Killer, whole: Whole, owner: Any, thing: object) -> Any:
    killer.thing(thing)
    return whole()


def _armed(killer: Killer) -> None:
    """A timer runs, and nothing of its step is written."""

    def around(whole: Whole, clock: Any, effect: object) -> Any:
        armed = whole()
        killer.thing(effect)
        return armed

    _wrap(Clock, "arm", around)


def _before(killer: Killer) -> None:
    """Facts were made, and are about to be handed to the store."""

    def around(whole: Whole, keeping: Any, items: list[object], *_: Any) -> Any:
        for one in items:
            killer.thing(one)
        return whole()

    _wrap(Safekeeping, "keep", around)


def _given(killer: Killer) -> None:
    """The same of what is of no incident: it is about to be put into the store's queue."""

    def around(whole: Whole, writer: Any, items: tuple[object, ...], **_: Any) -> Any:
        for one in items:
            killer.thing(one)
        return whole()

    _wrap(Writer, "_take", around)


def _kept(killer: Killer) -> None:
    """They are safe, and nothing that follows from them has been done."""

    def around(whole: Whole, safekeeping: Any, items: list[object], *_: Any) -> Any:
        keeping = whole()

        async def then() -> Any:
            where = await keeping
            for one in items:
                killer.thing(one)
            return where

        return then()

    _wrap(Safekeeping, "keep", around)


def _spooled(killer: Killer) -> None:
    """They are in the spool, and not in the store."""

    def around(whole: Whole, spool: Any, items: tuple[object, ...]) -> Any:
        def done(_: object) -> None:
            for one in items:
                killer.thing(one)

        written = whole()
        written.add_done_callback(done)
        return written

    _wrap(Spool, "write", around)


def _sending(killer: Killer) -> None:
    """An AMI action is about to go to the PBX."""

    def around(whole: Whole, session: Any, fields: Iterable[tuple[str, str]], *_: Any) -> Any:
        killer.action(fields)
        return whole()

    _wrap(Session, "action", around)


def _sent(killer: Killer) -> None:
    """The PBX has taken an AMI action."""

    def around(whole: Whole, session: Any, fields: Iterable[tuple[str, str]], *_: Any) -> Any:
        async def then() -> Any:
            answer = await whole()
            killer.action(fields)
            return answer

        return then()

    _wrap(Session, "action", around)


_SEAMS: dict[str, Callable[[Killer], None]] = {
    "armed": _armed,
    "before": _before,
    "given": _given,
    "heard": _heard,
    "input": _input,
    "kept": _kept,
    "performing": _performing,
    "sending": _sending,
    "sent": _sent,
    "spooled": _spooled,
}


if __name__ == "__main__":
    meant = (POINTS | QUALITY)[os.environ["KILLED_AT"]]
    nth, after_s = int(os.environ.get("KILLED_NTH", "1")), float(os.environ.get("KILLED_AFTER_S", "0"))
    _SEAMS[meant.seam](Killer(meant, nth, after_s))
    main()
