"""What the policy about listening looks at."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from ccd.config import Settings
from ccd.effects import Effect
from ccd.events import Event
from ccd.following.picture import Pbx
from ccd.listening.state import Listening, ListeningState
from ccd.quality.form import Form
from ccd.roster import Roster
from ccd.shifts.emergencies import Incident

__all__ = ["Items", "World", "about", "day_of"]

Items = Iterator[Event | Effect]


class World(Protocol):
    @property
    def settings(self) -> Settings: ...
    @property
    def roster(self) -> Roster: ...
    @property
    def presence(self) -> Mapping[tuple[str, str], Mapping[str, datetime]]: ...
    @property
    def pbxs(self) -> Mapping[str, Pbx]: ...
    @property
    def incidents(self) -> Mapping[str, Incident]: ...
    @property
    def forms(self) -> Mapping[str, Form]: ...
    @property
    def listening(self) -> ListeningState: ...


def day_of(world: World, at: datetime) -> date:
    """The local date: a listening belongs to no shift of its own."""
    return at.astimezone(ZoneInfo(world.settings.daemon.timezone)).date()


def about(world: World, one: Listening, what: str, at: datetime, **more: Any) -> dict[str, Any]:
    """The fields that every fact of this listening has. ``what`` parts its key from that of its others."""
    return {
        "at": at,
        "key": f"listening|{what}|{one.id}",
        "listening": one.id,
        "person": one.person,
        "actor": one.actor,
        "day": day_of(world, one.asked),
        "pbx": one.pbx,
        "seat": one.seat,
        **more,
    }
