"""What is held in memory of listening, folded from its facts."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime

from ccd.events import ShiftFact
from ccd.events.listening import (
    ListeningAnswered,
    ListeningAsked,
    ListeningBegan,
    ListeningEnded,
    ListeningNarrowed,
    ListeningNoted,
    ListeningStopAsked,
    ListeningTurnAsked,
    ListeningTurned,
)

__all__ = ["Listening", "ListeningState"]

REMEMBERED = 500
"""Ended ones, of which the latest may be noted still."""


@dataclass(slots=True)
class Listening:
    """``how`` is what it is now; ``person`` is listened to by ``actor``, at the phone ``listener``."""

    id: str
    asked: datetime
    actor: str
    person: str
    pbx: str
    seat: str
    how: str
    modes: tuple[str, ...]
    call: str
    interface: str
    channel: str
    spied: str
    listener: str
    incident: str = ""
    answered: datetime | None = None
    began: datetime | None = None
    seen: bool = True
    stopped_by: str = ""
    ended: datetime | None = None
    why: str = ""
    seconds: float = 0.0
    noted: bool = False


class ListeningState:
    def __init__(self) -> None:
        self.live: dict[str, Listening] = {}
        """By id: asked for, and not over."""
        self.ended: OrderedDict[str, Listening] = OrderedDict()

    def known(self, listening: str) -> Listening | None:
        return self.live.get(listening) or self.ended.get(listening)

    def of_actor(self, actor: str) -> Listening | None:
        """What somebody listens to now, or is being rung for."""
        return next((one for one in self.live.values() if one.actor == actor), None)

    def fold(self, fact: ShiftFact) -> None:
        """Once or more often: the same."""
        if isinstance(fact, ListeningAsked):
            self._asked(fact)
        elif isinstance(fact, ListeningNoted):
            if (one := self.known(fact.listening)) is not None:
                one.noted = True
        elif (live := self.live.get(getattr(fact, "listening", ""))) is not None:
            self._goes_on(live, fact)

    def _asked(self, fact: ListeningAsked) -> None:
        if self.known(fact.listening) is None:
            self.live[fact.listening] = Listening(
                id=fact.listening,
                asked=fact.at,
                actor=fact.actor,
                person=fact.person,
                pbx=fact.pbx,
                seat=fact.seat,
                how=fact.how,
                modes=fact.modes,
                call=fact.call,
                interface=fact.interface,
                channel=fact.channel,
                spied=fact.spied,
                listener=fact.listener,
                incident=fact.incident,
            )

    def _goes_on(self, live: Listening, fact: ShiftFact) -> None:
        if isinstance(fact, ListeningAnswered):
            live.answered = live.answered or fact.at
        elif isinstance(fact, ListeningBegan):
            live.answered = live.answered or fact.at
            live.began, live.seen, live.how = live.began or fact.at, fact.seen, fact.how
        elif isinstance(fact, ListeningTurnAsked):
            live.modes = fact.modes
        elif isinstance(fact, ListeningTurned):
            live.how = fact.how
        elif isinstance(fact, ListeningNarrowed):
            live.modes, live.incident = fact.modes, fact.incident
        elif isinstance(fact, ListeningStopAsked):
            live.stopped_by = live.stopped_by or fact.actor
        elif isinstance(fact, ListeningEnded):
            live.ended, live.why, live.seconds = fact.at, fact.why, fact.seconds
            del self.live[live.id]
            self.ended[live.id] = live
            while len(self.ended) > REMEMBERED:
                self.ended.popitem(last=False)
