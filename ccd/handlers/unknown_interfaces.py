"""Unknown interfaces: a queue member that no row of the roster names is followed, and somebody is told."""

from __future__ import annotations

from ccd.config import Mode, UnknownInterfacesSettings
from ccd.effects import Effect, Notify
from ccd.events import Event, InterfaceUnknown, Person
from ccd.roster import FIELDS, dump

NAME = "unknown_interfaces"
CONSUMES: tuple[type[Event], ...] = (InterfaceUnknown,)


def decide(event: Event, world: object, settings: UnknownInterfacesSettings) -> list[Event | Effect]:
    """Tell the admin, with the line to add. The key is the interface's own: told once, however often seen."""
    if settings.mode in (Mode.OFF, Mode.OBSERVE) or not isinstance(event, InterfaceUnknown):
        return []
    return [
        Notify(
            key=f"unknown_interfaces|{event.pbx}|{event.interface}",
            because="unknown_interfaces: a queue member that no row of the roster names",
            audience="admin",
            text=f"{event.interface} on {event.pbx} is a queue member, but in no row of the roster: its "
            f"calls count for no team. Add a line ({','.join(FIELDS)}) with the person's own code and team: "
            f"{_line(event)}",
        )
    ]


def _line(event: InterfaceUnknown) -> str:
    """A roster line for it. The member's name is somebody's text: on one line, and no formula."""
    name = "".join(mark if mark.isprintable() else " " for mark in event.member[:64]).strip()
    seat = event.interface.partition("/")[2].partition("@")[0]
    person = Person("CODE", name or "NAME", "agent", "TEAM", seat, event.interface, event.pbx)
    return dump([person]).decode("utf-8-sig").splitlines()[1]
