"""Who is told what about a handover: the lead, and the managers when it lasts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ccd.config import Mode
from ccd.effects import Effect, Page
from ccd.handover.holding import World
from ccd.handover.seats import Place, team_of
from ccd.shifts.people import leads_to_tell

__all__ = ["leads", "managers", "page"]


def page(
    world: World,
    key: str,
    people: Iterable[str],
    rule: str,
    place: Place,
    because: str,
    **values: str,
) -> Iterator[Effect]:
    """With their phone ringing; nobody is told in the modes that tell nobody."""
    told = tuple(dict.fromkeys(people))
    if told and world.settings.policies.handover.mode in (Mode.NOTIFY, Mode.ENFORCE):
        yield Page(
            key=key,
            because=f"{rule}: {because}",
            people=told,
            rule=rule,
            values={"seat": place[1], **values},
            ring=True,
            pbx=place[0],
            seat=place[1],
        )


def leads(world: World, place: Place, *but: str) -> tuple[str, ...]:
    """The leads of this seat's team, without whom it is about; where there are none, the managers."""
    found = tuple(one for one in leads_to_tell(world, team_of(world, place)) if one not in but)
    return found or managers(world, *but)


def managers(world: World, *but: str) -> tuple[str, ...]:
    roles = world.settings.shifts.manager_roles
    return tuple(one.code for one in world.roster.people if one.role in roles and one.code not in but)
