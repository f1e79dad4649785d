"""What the dialplan of emergencies does with a phone that was rung, and what whoever answers does then.

The contexts, the events and the notes in AstDB are those of config/asterisk/extensions-ccd-incidents.conf;
what is spoken there takes time here. People decide by the key of the ring, so the same incident goes the same
way: most acknowledge, some cannot come, some hang up without a word. No police are called by anybody.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from functools import partial
from typing import Protocol

from ccd.simulator.parts import Channel
from ccd.simulator.timeline import Timeline
from ccd.simulator.wire import Wire, channel_headers, clean

__all__ = ["PLAN", "Emergencies"]

PLAN = {
    context: {"_.": ["Answer()", f"Emergency({context})", "Hangup()"]}
    for context in ("ccd-tell", "ccd-decide", "ccd-decide-drill", "ccd-unattended")
} | {"ccd-page": {"_.": ["Answer()", "Playback(notice)", "Wait(6)", "Hangup()"]}}
"""The extension is the key of the ring. A page (extensions-ccd-shifts.conf) is heard and no more."""

DECIDES_S = (2.0, 5.0)
DIALS_S = 10.0
ANSWERED_S = 5.0
SPEAKS_S = 20.0


class Floor(Protocol):
    """What is needed of the PBX."""

    timeline: Timeline
    wire: Wire
    database: dict[tuple[str, str], str]

    def proceed(self, channel: Channel) -> None: ...


class Emergencies:
    def __init__(self, floor: Floor) -> None:
        self._floor = floor

    def answered(self, channel: Channel, context: str) -> None:
        """Somebody has answered; ``proceed`` follows when they are done."""
        key = channel.exten
        rng = random.Random(key)
        self._tell(channel, "CcdRing", f"Key: {key}", "Result: answered", "Reason: ")
        if context == "ccd-unattended":
            self._police(channel)
            return
        if context == "ccd-tell":
            chance = rng.random()
            result = "acknowledged" if chance < 0.8 else "cannot" if chance < 0.9 else "hung_up"
            self._after(channel, rng.uniform(*DECIDES_S), partial(self._result, channel, result, ""))
        elif channel.variables.get("CCD_MAY_STAND_DOWN") == "1" and rng.random() < 0.3:
            self._after(channel, rng.uniform(*DECIDES_S), partial(self._result, channel, "stood_down", "2"))
        elif channel.variables.get("CCD_CONFIRM") == "1":
            self._after(channel, rng.uniform(*DECIDES_S), partial(self._confirmed, channel))
        else:
            self._after(channel, DIALS_S, partial(self._police, channel))

    def _after(self, channel: Channel, seconds: float, do: Callable[[], None]) -> None:
        """Unless the phone has been hung up before."""

        def then() -> None:
            if channel.alive:
                do()

        channel.wait = self._floor.timeline.after(seconds, then)

    def _result(self, channel: Channel, result: str, reason: str) -> None:
        self._note("ccd-ring", channel.exten, f"{result}|{reason}")
        self._tell(channel, "CcdRing", f"Key: {channel.exten}", f"Result: {result}", f"Reason: {reason}")
        self._floor.proceed(channel)

    def _confirmed(self, channel: Channel) -> None:
        self._note("ccd-ring", channel.exten, "confirmed|1")
        self._tell(channel, "CcdRing", f"Key: {channel.exten}", "Result: confirmed", "Reason: 1")
        self._police(channel)

    def _police(self, channel: Channel) -> None:
        incident = channel.variables.get("CCD_INCIDENT", "")
        noted = self._floor.database.get(("ccd-police", incident), "failed")
        if not noted.startswith("failed"):
            self._police_state(channel, incident, "already")
            self._result(channel, "hung_up", "")
            return
        self._police_mark(channel, incident, "dialling")
        self._after(channel, ANSWERED_S, partial(self._police_mark, channel, incident, "answered"))

    def _police_mark(self, channel: Channel, incident: str, state: str) -> None:
        self._note("ccd-police", incident, f"{state}|{channel.exten}")
        self._police_state(channel, incident, state)
        if state == "answered":
            self._after(channel, SPEAKS_S, partial(self._result, channel, "hung_up", ""))

    def _police_state(self, channel: Channel, incident: str, state: str) -> None:
        self._tell(channel, "CcdPolice", f"Incident: {incident}", f"State: {state}", f"Key: {channel.exten}")

    def _note(self, family: str, key: str, value: str) -> None:
        self._floor.database[family, key] = f"{value}|{int(self._floor.timeline.now)}"

    def _tell(self, channel: Channel, name: str, *lines: str) -> None:
        told = (f"UserEvent: {name}", *(clean(line) for line in lines))
        self._floor.wire.tell("UserEvent", channel_headers(channel), *told)
