"""Why a conversation was picked, or not: every figure that decided it."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from ccd.cli.plans import as_json, clock_in
from ccd.cli.sampling_stored import chance_of, read_day
from ccd.cli.session import CommandError, Exit, Session

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

    from ccd.sampling.record import DayRecord

__all__ = ["show_why"]

Row = dict[str, Any]
_BITS = 64


def show_why(session: Session, which: str, json_: bool) -> None:
    from ccd.adapters.store.population_queries import explained
    from ccd.cli.stored import reading

    async def question(connection: AsyncConnection) -> tuple[list[Row], list[str]]:
        return await explained(connection, which)

    rows, _ = reading(session.settings, lambda archive: archive.read(question))
    if not rows:
        raise CommandError(Exit.FOUND, session.words("sampling_unknown", text=which))
    days = {row["day"]: read_day(session, date.fromisoformat(row["day"]), facts_only=True)[0] for row in rows}
    told = [_explained(row, days[row["day"]]) for row in rows]
    if json_:
        as_json(session, {"conversations": told})
        return
    for one in told:
        _print(session, one)


def _explained(row: Row, told: DayRecord) -> Row:
    """``share``: of all ranks so many are lower; it is drawn at once where that is under ``threshold``."""
    from ccd.sampling.draw import rate_of, stratum_of

    unit, plan = row["unit"], told.plan
    picks = [one for one in (told.picks.get(unit), *told.extra) if one is not None and one.unit == unit]
    found: Row = {name: row[name] for name in ("unit", "day", "pbx", "call", "person", "team", "queue")}
    found |= {name: row[name] for name in ("connected", "ended", "talk_s", "eligible", "rank")}
    found |= {"share": int(row["rank"], 16) / (1 << _BITS), "stratum": "", "threshold": None, "chance": None}
    if plan is not None:
        stratum = stratum_of(plan.strata, row["person"], row["queue"], row["team"])
        found |= {"stratum": stratum, "threshold": rate_of(plan.thresholds, stratum), "minimum": plan.minimum}
        if told.frozen is not None and stratum in told.frozen.strata:
            everything, eligible, drawn, chance = told.frozen.strata[stratum]
            found |= {"of_stratum": everything, "eligible_of_stratum": eligible, "drawn_of_stratum": drawn}
            found |= {"chance": None if row["eligible"] else chance}
    found["closed"] = told.frozen is not None
    found["picks"] = [
        {"sample": one.sample, "reason": one.reason, "at": one.at, "chance": chance_of(told, one)}
        for one in picks
    ]
    found["unheard"] = unit in (*told.findings, *told.later)
    return found


def _print(session: Session, one: Row) -> None:
    words = session.words
    since, until = clock_in(session, one["connected"]), clock_in(session, one["ended"], one["connected"])
    about = {name: one[name] or "-" for name in ("unit", "call", "person", "queue")}
    print(words("sampling_why", since=since, until=until, **about))
    for pick in one["picks"]:
        print(f"  {words('sampling_why_picked', reason=words('state_pick_' + pick['reason']))}")
    if not one["picks"]:
        print(f"  {_not_picked(session, one)}")
    if one["threshold"] is not None:
        figures = {name: f"{one[name]:.4f}" for name in ("share", "threshold")}
        print(f"  {words('sampling_why_rank', rank=one['rank'], stratum=one['stratum'], **figures)}")
    if "of_stratum" in one:
        names = ("of_stratum", "eligible_of_stratum", "drawn_of_stratum", "minimum")
        print(f"  {words('sampling_why_stratum', **{name: one[name] for name in names})}")
    if one["chance"] is not None:
        chance = f"{one['chance']:.4f}"
        print(f"  {words('sampling_why_chance', chance=chance)}")
    if one["unheard"]:
        print(f"  {words('sampling_why_unheard')}")


def _not_picked(session: Session, one: Row) -> str:
    words = session.words
    if one["eligible"]:
        return words("sampling_why_not_eligible", why=words(f"state_eligible_{one['eligible']}"))
    if not one["closed"]:
        return words("sampling_why_not_yet")
    return words("sampling_why_not_drawn")
