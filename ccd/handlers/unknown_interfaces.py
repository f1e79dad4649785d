"""Unknown interfaces: a queue member that no row of the roster names is followed, and somebody is told."""

from __future__ import annotations

from ccd.config import Mode, UnknownInterfacesSettings
from ccd.effects import Effect, Notify
from ccd.events import Event, InterfaceUnknown, Person, RosterReplaced
from ccd.roster import FIELDS, dump
from ccd.world import World

NAME = "unknown_interfaces"
CONSUMES: tuple[type[Event], ...] = (InterfaceUnknown, RosterReplaced)

SHOWN = 10


def decide(event: Event, world: World, settings: UnknownInterfacesSettings) -> list[Event | Effect]:
    """Tell the admin, with the line to add. The key is the interface's own: told once, however often seen.

    Without any roster there is one thing to tell, not one for each member; who is left over is told when a
    roster comes.
    """
    if settings.mode in (Mode.OFF, Mode.OBSERVE):
        return []
    if isinstance(event, RosterReplaced):
        return _left_over(event, world)
    if not isinstance(event, InterfaceUnknown):
        return []
    if not world.roster_version:
        return _no_roster() if _is_first(event, world) else []
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


def _is_first(event: InterfaceUnknown, world: World) -> bool:
    """Of all that are reported in one go one is the first, so something is told, and hardly ever twice."""
    return next(iter(_unknown(world)), None) in (None, (event.pbx, event.interface))


def _no_roster() -> list[Event | Effect]:
    return [
        Notify(
            key="unknown_interfaces|no roster",
            because="unknown_interfaces: queue members, and no roster",
            audience="admin",
            text="no roster has been imported, so nobody knows who sits where and calls count for no team: "
            "ccd roster import FILE (docs/roster.md has its columns)",
        )
    ]


def _left_over(event: RosterReplaced, world: World) -> list[Event | Effect]:
    left = [f"{agent} on {name}" for name, agent in _unknown(world, members_only=True)]
    if not left:
        return []
    shown = ", ".join(left[:SHOWN]) + (f" and {len(left) - SHOWN} more" if len(left) > SHOWN else "")
    return [
        Notify(
            key=f"unknown_interfaces|{event.version}",
            because="unknown_interfaces: queue members that no row of the new roster names",
            audience="admin",
            text=f"the roster that was imported has no row for {len(left)} queue members: {shown}",
        )
    ]


def _unknown(world: World, *, members_only: bool = False) -> list[tuple[str, str]]:
    """(PBX, interface) of those reported, in the order in which they were met."""
    return [
        (name, device)
        for name, pbx in world.pbxs.items()
        for device, agent in pbx.agents.items()
        if agent.reported and not agent.rostered and (agent.members or not members_only)
    ]


def _line(event: InterfaceUnknown) -> str:
    """A roster line for it. The member's name is somebody's text: on one line, and no formula."""
    name = "".join(mark if mark.isprintable() else " " for mark in event.member[:64]).strip()
    seat = event.interface.partition("/")[2].partition("@")[0]
    person = Person("CODE", name or "NAME", "agent", "TEAM", seat, event.interface, event.pbx)
    return dump([person]).decode("utf-8-sig").splitlines()[1]
