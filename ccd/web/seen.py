"""What a person may see of an evaluation."""

from __future__ import annotations

from typing import Any, NamedTuple

from ccd.quality.people import is_analyst, is_manager, is_qa_manager, leads
from ccd.web.rights import Principal
from ccd.world import World

__all__ = ["RELEASED", "Seen", "seen"]

RELEASED = frozenset({"released", "disputed", "resolved"})


class Seen(NamedTuple):
    """``any``: that there is one; ``passed``: pass or fail; ``whole``: score, answers and history."""

    any: bool = False
    passed: bool = False
    whole: bool = False


def seen(world: World, who: Principal, row: dict[str, Any]) -> Seen:
    """Agents see pass or fail of their own once it is released, and all of it by ``quality.agents_hear``;
    analysts their own work; leads what is released of their team; managers all (manual.md, "Quality").
    """
    released, person = row["state"] in RELEASED, who.person
    if person == row["person"]:
        return Seen(released, released, released and world.settings.quality.agents_hear)
    if is_qa_manager(world, person) or is_manager(world, person):
        return Seen(True, True, True)
    if is_analyst(world, person) and row["analyst"] == person:
        return Seen(True, True, True)
    if leads(world, person, row["team"] or ""):
        return Seen(released, released, released)
    return Seen()
