"""What the store has of a day's draw, read and told; it works with the daemon down."""

from __future__ import annotations

import calendar
import re
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from ccd.cli.cells import clock, fit
from ccd.cli.plans import as_json, clock_in, day_of, near_day, today
from ccd.cli.session import CommandError, Exit, Session

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

    from ccd.adapters.store.population_queries import Drawn
    from ccd.adapters.store.queries import Archive
    from ccd.events.sampling import CallPicked
    from ccd.sampling.record import DayRecord

__all__ = ["chance_of", "days_of_period", "plan_told", "read_day", "show_plan", "show_sample", "show_seeds"]

Row = dict[str, Any]


def read_day(session: Session, day: date, *, facts_only: bool = False) -> tuple[DayRecord, Drawn]:
    """What was told of a day, and its population. Raises StoreError."""
    from ccd.adapters.store.population_queries import drawn
    from ccd.cli.stored import reading
    from ccd.events.shift_facts import shift_fact
    from ccd.sampling.record import record_of

    async def work(archive: Archive) -> Drawn:
        return await archive.read(lambda connection: drawn(connection, day, facts_only=facts_only))

    found = reading(session.settings, work)
    return record_of(shift_fact(text) for text in found.facts), found


def days_of_period(session: Session, text: str) -> list[date]:
    """today | yesterday | 2026-11-22 | 2026-W47 | 2026-11; up to today. Raises CommandError."""
    last = today(session)
    if (near := near_day(session, text)) is not None:
        text = near.isoformat()
    try:
        days = _days(text)
    except ValueError:
        raise CommandError(Exit.USAGE, session.words("sampling_no_period", text=text)) from None
    if days[0] > last:
        raise CommandError(Exit.USAGE, session.words("sampling_future", text=text))
    return [day for day in days if day <= last]


def _days(text: str) -> list[date]:
    """Raises ValueError."""
    if found := re.fullmatch(r"([1-9][0-9]{3})-W([0-9]{2})", text):
        first = date.fromisocalendar(int(found[1]), int(found[2]), 1)
        return [first + timedelta(days=number) for number in range(7)]
    if found := re.fullmatch(r"([1-9][0-9]{3})-([0-9]{2})", text):
        first = date(int(found[1]), int(found[2]), 1)
        length = calendar.monthrange(first.year, first.month)[1]
        return [first + timedelta(days=number) for number in range(length)]
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        raise ValueError(text)
    return [date.fromisoformat(text)]


def chance_of(told: DayRecord, pick: CallPicked) -> float:
    """The one that counts: of the closing, where the day is closed."""
    if pick.sample == "probability" and told.frozen is not None and pick.stratum in told.frozen.strata:
        return told.frozen.strata[pick.stratum][3]
    return pick.chance


# --- the sample -------------------------------------------------------------------------------------------


def show_sample(session: Session, text: str | None, agent: str, json_: bool) -> None:
    asked = day_of(session, text)
    told, _ = read_day(session, asked, facts_only=True)
    picks = [one for one in (*told.picks.values(), *told.extra) if agent in ("", one.person)]
    picks.sort(key=lambda one: (one.connected, one.unit, one.sample))
    rows = _rows(session, told, picks)
    if json_:
        as_json(session, {"day": asked, "closed": told.frozen is not None, "picks": rows})
        return
    if not rows:
        session.say("sampling_none", day=asked)
    for row in rows:
        _print_pick(session, row)


def _rows(session: Session, told: DayRecord, picks: list[CallPicked]) -> list[Row]:
    from ccd.adapters.store.population_queries import standing
    from ccd.cli.stored import reading

    units = [one.unit for one in picks]
    recordings = [(one.pbx, one.recording) for one in picks]

    async def question(connection: AsyncConnection) -> Any:
        return await standing(connection, units, recordings)

    evaluations, states = reading(session.settings, lambda archive: archive.read(question))
    unheard = {*told.findings, *told.later}
    rows = []
    for one in picks:
        found = evaluations.get(one.unit)
        row: Row = {name: getattr(one, name) for name in ("unit", "call", "person", "team", "queue")}
        row |= {name: getattr(one, name) for name in ("connected", "ended", "talk_s", "sample", "reason")}
        row |= {"stratum": one.stratum, "rank": one.rank, "chance": chance_of(told, one)}
        row |= {"recording": states.get((one.pbx, one.recording), ""), "heard": one.unit not in unheard}
        row |= {"evaluation": None if found is None else dict(found)}
        rows.append(row)
    return rows


def _print_pick(session: Session, row: Row) -> None:
    words = session.words
    evaluation = row["evaluation"]
    cells = (
        (row["unit"], 20),
        (clock_in(session, row["connected"], row["ended"]), 5),
        (clock(row["talk_s"]), 6),
        (row["person"], 9),
        (row["queue"], 13),
        (words(f"state_pick_{row['reason']}"), 13),
        (f"{row['chance']:.3f}" if row["sample"] == "probability" else "", 5),
    )
    told = []
    if not row["heard"]:
        told.append(words("sampling_not_heard", state=row["recording"] or "?"))
    if evaluation is not None:
        told.append(words("sampling_evaluation", name=evaluation["evaluation"], state=evaluation["state"]))
    print(("  " + " ".join(fit(text, width) for text, width in cells) + " " + "  ".join(told)).rstrip())


# --- the plan ---------------------------------------------------------------------------------------------


def plan_told(told: DayRecord, day: date) -> Row:
    """As `ccd qa draw --plan` takes it. Without a plan ``strata`` is ""."""
    plan = told.plan
    return {
        "day": day.isoformat(),
        "strata": plan.strata if plan else "",
        "minimum": plan.minimum if plan else 0,
        "target": plan.target if plan else 0,
        "thresholds": plan.thresholds if plan else {},
        "expected": plan.expected if plan else {},
        "planned": plan.at if plan else None,
        "late": plan.late if plan else False,
        "committed": [one.digest for one in told.committed],
        "findings": list(told.findings),
        "later": list(told.later),
        "closed": told.frozen is not None,
        "digest": told.frozen.digest if told.frozen else "",
    }


def show_plan(session: Session, text: str | None, json_: bool) -> None:
    asked = day_of(session, text)
    told, _ = read_day(session, asked, facts_only=True)
    if json_:
        as_json(session, plan_told(told, asked))
        return
    if told.plan is None:
        session.say("sampling_no_plan", day=asked)
        return
    plan = told.plan
    at = clock_in(session, plan.at)
    strata = session.words(f"state_strata_{plan.strata}")
    session.say("sampling_plan", day=asked, at=at, strata=strata, minimum=plan.minimum, target=plan.target)
    if plan.late:
        session.say("sampling_plan_late")
    for stratum in sorted(plan.thresholds):
        expected = plan.expected.get(stratum)
        name = stratum or session.words("sampling_others")
        many = "" if expected is None else f"{expected:.1f}"
        print(f"  {fit(name, 24)} {plan.thresholds[stratum]:8.4f} {fit(many, 8, right=True)}".rstrip())
    _print_seeds(session, told)


# --- seeds ------------------------------------------------------------------------------------------------


def show_seeds(session: Session, text: str | None, json_: bool) -> None:
    days = days_of_period(session, text or "today")
    rows = []
    for day in days:
        told, _ = read_day(session, day, facts_only=True)
        committed = [{"digest": one.digest, "at": one.at, "late": one.late} for one in told.committed]
        rows.append({"day": day.isoformat(), "committed": committed, "seed": told.seed})
        if not json_:
            print(day)
            _print_seeds(session, told)
    if json_:
        as_json(session, {"days": rows})


def _print_seeds(session: Session, told: DayRecord) -> None:
    words = session.words
    if not told.committed:
        session.say("sampling_no_seed")
    for one in told.committed:
        late = words("sampling_late") if one.late else ""
        at = clock_in(session, one.at)
        print(f"  {words('sampling_digest', digest=one.digest, at=at)} {late}".rstrip())
    if told.seed:
        print(f"  {words('sampling_seed', seed=told.seed)}")
    elif told.committed:
        print(f"  {words('sampling_secret')}")
