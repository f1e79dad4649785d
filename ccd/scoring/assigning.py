"""Who is to score what: even to one more or less over the day, never one's own team, within the caps.

Evaluations come one by one. Each goes to whoever may take it and was given the fewest today. Where somebody
has fewer still who may not take this one, but may take one off the list of somebody who can, that one moves
over. So the day is as even as the teams, caps and absences let it be at all (a semi-matching that no path can
better is optimal). What somebody has begun never moves.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from ccd.quality.people import analysts, is_analyst, is_qa_manager
from ccd.scoring.evaluation import Evaluation, Phase
from ccd.scoring.looking import World, midnight, qa_managers, today
from ccd.shifts.people import team_of

__all__ = ["Bench", "examiner_for", "is_away", "may_take"]

NEAR_DAYS = 3
"""Whoever stands in the plan on one of the days so near goes by the plan."""

Move = tuple[Evaluation, str]


def may_take(world: World, code: str, one: Evaluation) -> bool:
    """Whether the rules let somebody score it: an analyst of another team (or the QA manager), not its agent;
    of a second look a QA manager who has not scored it the first time.
    """
    if code == one.person or code in one.returned_by:
        return False
    team = team_of(world, code)
    if team and team in (one.team, team_of(world, one.person)):
        return False
    if one.sample == "blind":
        first = world.scoring.evaluations.get(one.of)
        return is_qa_manager(world, code) and (first is None or first.analyst != code)
    return is_analyst(world, code) or is_qa_manager(world, code)


def is_away(world: World, code: str, at: datetime) -> bool:
    """On leave now, or away today by the QA manager's plan."""
    if world.scoring.plans.get((code, today(world, at))) == 0:
        return True
    return bool(world.leave.away(code, at, at + timedelta(seconds=1)))


def _off_duty(world: World, code: str, at: datetime) -> bool:
    """In the plan, and not to work today. Whom the plan does not have comes and goes as they do."""
    day = today(world, at)
    if world.plan.of(code, day) or any(
        duty.ends > at for duty in world.plan.of(code, day - timedelta(days=1))
    ):
        return False
    near = (day + timedelta(days=n) for n in range(-NEAR_DAYS, NEAR_DAYS + 1))
    return any(code in world.plan.day(each).people for each in near)


class Bench:
    """Who can be given work at a moment, and how much each has. Made anew for each evaluation or sweep."""

    def __init__(self, world: World, at: datetime) -> None:
        self._world = world
        self._since = midnight(world, at)
        day, settings = today(world, at), world.settings.policies.scoring
        self.load = world.scoring.given_to(self._since)
        self.cap = {
            code: world.scoring.plans.get((code, day), settings.cap_per_day)
            for code in analysts(world)
            if not is_away(world, code, at) and not _off_duty(world, code, at)
        }
        self._lists: dict[str, dict[str, Evaluation]] = {}
        for one in world.scoring.evaluations.values():
            if self._movable(one):
                self._lists.setdefault(one.analyst, {})[one.id] = one

    def _movable(self, one: Evaluation) -> bool:
        """Nobody has begun it, and it was given out today."""
        return (
            one.phase is Phase.ASSIGNED
            and one.analyst in self.cap
            and one.sample != "blind"
            and one.assigned is not None
            and one.assigned >= self._since
        )

    def has_room(self, code: str) -> bool:
        return self.load.get(code, 0) < self.cap.get(code, 0)

    def place(self, one: Evaluation) -> list[Move]:
        """Who gets it, and before that what moves from whom to whom to make room; empty: nobody can."""
        came: dict[str, tuple[str, Evaluation] | None] = {
            code: None for code in self.cap if may_take(self._world, code, one)
        }
        depth = dict.fromkeys(came, 0)
        for code in self._reached(came, depth):
            for moving in self._lists.get(code, {}).values():
                left = [each for each in self.cap if each not in came]
                if not left:
                    break
                for other in left:
                    if moving.id != one.id and may_take(self._world, other, moving):
                        came[other], depth[other] = (code, moving), depth[code] + 1
        free = [code for code in came if self.has_room(code)]
        if not free:
            return []
        end = min(free, key=lambda code: (self.load.get(code, 0), depth[code], code))
        moves: list[Move] = []
        at = end
        while (step := came[at]) is not None:
            moves.append((step[1], at))
            at = step[0]
        moves.append((one, at))
        self._take(moves, end)
        return moves

    @staticmethod
    def _reached(came: dict[str, tuple[str, Evaluation] | None], depth: dict[str, int]) -> Iterator[str]:
        """Breadth first, those that are found on the way included."""
        done: set[str] = set()
        while left := [code for code in came if code not in done]:
            code = min(left, key=lambda each: depth[each])
            done.add(code)
            yield code

    def _take(self, moves: list[Move], end: str) -> None:
        """So that the next one finds them as they will be."""
        self.load[end] = self.load.get(end, 0) + 1
        for one, to in moves:
            self._lists.get(one.analyst, {}).pop(one.id, None)
            self._lists.setdefault(to, {})[one.id] = one


def examiner_for(world: World, one: Evaluation, at: datetime) -> str:
    """The QA manager who looks at it a second time: rather not the one who asked for it and has seen the
    score, then who has the fewest to look at; "" where none can.
    """
    first = world.scoring.evaluations.get(one.of)
    asked = first.held_by if first is not None else ""
    open_ = [known.analyst for known in world.scoring.evaluations.values() if known.open]
    able = [
        code
        for code in qa_managers(world)
        if may_take(world, code, one) and not is_away(world, code, at) and not _off_duty(world, code, at)
    ]
    return min(able, key=lambda code: (code == asked, open_.count(code), code), default="")
