"""Populations and plans as files: anyone who has them and the seed can draw again."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from ccd.cli.output import write_out
from ccd.cli.plans import as_json, day_of
from ccd.cli.sampling_stored import read_day
from ccd.cli.session import CommandError, Exit, Session

if TYPE_CHECKING:
    from ccd.events.quality import Member

__all__ = ["DRAWN_BY", "Plan", "plan_of", "read_population", "write_population"]

DRAWN_BY = ("unit", "person", "queue", "team", "eligible", "rank")
"""What a draw goes by, and the digest of a population is made of."""
_MORE = ("picked", "pbx", "call")


class _Given(msgspec.Struct, frozen=True):
    unit: str
    person: str
    queue: str
    team: str
    eligible: str
    rank: str


class _Population(msgspec.Struct, frozen=True):
    members: list[_Given]


class Plan(msgspec.Struct, frozen=True):
    """As ``plan_told`` gives it; what else it has is not needed."""

    strata: str
    minimum: int
    thresholds: dict[str, float]
    committed: list[str] = []
    findings: list[str] = []
    later: list[str] = []
    digest: str = ""


def write_population(session: Session, text: str | None, csv: Path | None, json_: bool) -> None:
    """As CSV to the file, or to standard output; or as JSON."""
    from ccd.csv_tables import dump
    from ccd.sampling.draw import digest

    day = day_of(session, text)
    _, found = read_day(session, day)
    fields = (*DRAWN_BY, *_MORE)
    rows = [[str(getattr(one, name)) for name in fields] for one in found.members]
    if csv is not None or not json_:
        write_out(dump(fields, rows), csv)
    if json_:
        told = [dict(zip(fields, row, strict=True)) for row in rows]
        as_json(session, {"day": day, "digest": digest(found.members), "members": told})
    elif csv is not None:
        count, total = len(rows), digest(found.members)
        session.say("sampling_written", count=count, path=csv, digest=total)


def read_population(session: Session, path: Path) -> list[Member]:
    """What ``write_population`` wrote. Raises CommandError naming the file and the place in it."""
    data = path.read_bytes()
    try:
        return _of_json(data) if data.lstrip()[:1] == b"{" else _of_csv(data)
    except ValueError as error:
        raise CommandError(Exit.USAGE, session.words("sampling_bad_file", path=path, error=error)) from None


def _of_json(data: bytes) -> list[Member]:
    """Raises ValueError."""
    from ccd.events.quality import Member

    found = msgspec.json.decode(data, type=_Population).members
    return [Member(one.unit, one.person, one.queue, one.team, one.eligible, one.rank) for one in found]


def _of_csv(data: bytes) -> list[Member]:
    """To the letter, or its digest would be another: no cell is stripped. Raises ValueError."""
    import csv

    from ccd.csv_tables import unguarded
    from ccd.events.quality import Member

    rows = csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline=""), strict=True)
    if missing := [name for name in DRAWN_BY if name not in (rows.fieldnames or ())]:
        raise ValueError(f"the header lacks {', '.join(missing)}")
    found: list[Member] = []
    try:
        for row in rows:
            unit, person, queue, team, eligible, rank = (unguarded(row[name] or "") for name in DRAWN_BY)
            if not unit:
                raise ValueError(f"line {rows.line_num}: has no unit")
            found.append(Member(unit, person, queue, team, eligible, rank))
    except csv.Error as error:
        raise ValueError(f"line {rows.line_num}: {error}") from None
    return found


def plan_of(session: Session, path: Path) -> Plan:
    """What `ccd qa plan DAY --json` printed. Raises CommandError."""
    try:
        plan = msgspec.json.decode(path.read_bytes(), type=Plan)
        if plan.strata not in ("agent", "agent_queue", "queue", "team"):
            raise ValueError(f"strata: {plan.strata!r} is none of agent, agent_queue, queue, team")
        if any(not 0 <= rate <= 1 for rate in plan.thresholds.values()) or plan.minimum < 0:
            raise ValueError("a threshold is not between 0 and 1, or the minimum is negative")
    except ValueError as error:
        raise CommandError(Exit.USAGE, session.words("sampling_bad_file", path=path, error=error)) from None
    return plan
