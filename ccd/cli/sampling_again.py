"""Drawing again: from the store, day by day; and from files, by anyone."""

from __future__ import annotations

import re
import sys
from datetime import date
from pathlib import Path
from typing import Any

from ccd.cli.plans import as_json
from ccd.cli.sampling_stored import days_of_period, read_day
from ccd.cli.session import CommandError, Exit, Session

__all__ = ["draw_files", "verify_period"]

Row = dict[str, Any]

SHOWN = 20
"""Differences of a day; all are in the JSON."""
VERIFY_S = 120.0
_KINDS = {
    "seed": "sampling_differs_seed",
    "commitment": "sampling_differs_commitment",
    "member": "sampling_differs_member",
    "rank": "sampling_differs_rank",
    "digest": "sampling_differs_digest",
    "population": "sampling_differs_population",
    "eligible": "sampling_differs_eligible",
    "picked": "sampling_differs_picked",
    "stratum": "sampling_differs_stratum",
    "chance": "sampling_differs_chance",
    "not_drawn": "sampling_differs_not_drawn",
    "not_picked": "sampling_differs_not_picked",
    "reason": "sampling_differs_reason",
    "too_late": "sampling_differs_too_late",
    "plan": "sampling_differs_plan",
}


# --- from the store ---------------------------------------------------------------------------------------


def verify_period(session: Session, text: str, json_: bool) -> Exit:
    """A difference is ``FOUND``; a day whose seed is secret, with no daemon to draw it, ``UNREACHABLE``."""
    days = days_of_period(session, text)
    rows: list[Row] = []
    for number, day in enumerate(days, 1):
        if json_ and len(days) > 1 and sys.stderr.isatty() and not session.quiet:
            session.warn(session.words("sampling_verifying", day=day, number=number, count=len(days)))
        rows.append(_verified(session, day))
        if not json_:
            _print_day(session, rows[-1])
    if json_:
        as_json(session, {"period": text, "days": rows})
    if any(row["differences"] for row in rows):
        return Exit.FOUND
    return Exit.UNREACHABLE if any(row["state"] == "secret" for row in rows) else Exit.OK


def _verified(session: Session, day: date) -> Row:
    """``state``: ok | differs | nothing (there is nothing of that day) | secret."""
    from ccd.sampling.record import check

    told, found = read_day(session, day)
    row: Row = {"day": day.isoformat(), "closed": told.frozen is not None, "picked": len(told.picks)}
    row |= {"population": len(found.members), "differences": [], "state": "nothing"}
    if told.plan is None:
        if found.members:
            row |= {"state": "differs", "differences": [_difference("plan", "", "", "")]}
        return row
    if told.seed:
        row["differences"] = [one._asdict() for one in check(told, told.seed, found.members)]
    else:
        try:
            reply = session.ask("sampling_verify", day=day.isoformat(), timeout_s=VERIFY_S)
        except CommandError as error:
            if error.code is Exit.UNREACHABLE:
                return row | {"state": "secret"}
            raise
        row |= {name: reply[name] for name in ("closed", "picked", "population", "differences")}
    return row | {"state": "differs" if row["differences"] else "ok"}


def _difference(kind: str, unit: str, told: str, redrawn: str) -> Row:
    return {"kind": kind, "unit": unit, "told": told, "redrawn": redrawn}


def _print_day(session: Session, row: Row) -> None:
    words, differences = session.words, row["differences"]
    match row["state"]:
        case "nothing":
            text = words("sampling_verify_nothing", day=row["day"])
        case "secret":
            text = words("sampling_verify_secret", day=row["day"])
        case _:
            key = "sampling_verify_closed" if row["closed"] else "sampling_verify_open"
            count = len(differences)
            found = words("sampling_same") if not count else words("sampling_differs", count=count)
            about = {name: row[name] for name in ("day", "population", "picked")}
            text = words(key, found=found, **about)
    if row["state"] != "nothing" or not session.quiet:
        print(text, flush=True)
    _print_differences(session, differences)


def _print_differences(session: Session, differences: list[Row]) -> None:
    for one in differences[:SHOWN]:
        key = _KINDS.get(one["kind"], "sampling_differs_other")
        print(f"  {session.words(key, **one)}", flush=True)
    if len(differences) > SHOWN:
        print(f"  {session.words('sampling_more', count=len(differences) - SHOWN)}")


# --- from files -------------------------------------------------------------------------------------------


def draw_files(session: Session, files: list[Path], seed: str, plan_file: Path, json_: bool) -> Exit:
    """As the day was closed, with those that stepped in since for what turned out not to be heard. What
    differs from what the plan tells of the seed and of the population is ``FOUND``.
    """
    from ccd.cli.sampling_files import plan_of, read_population
    from ccd.sampling.draw import TOO_LATE, close, merge, seed_digest
    from ccd.sampling.draw import draw as drawn

    if not re.fullmatch(r"[0-9a-f]{64}", seed):
        raise CommandError(Exit.USAGE, session.words("sampling_no_hex"))
    plan = plan_of(session, plan_file)
    try:
        members = merge(*(read_population(session, file) for file in files))
    except ValueError as error:
        unit = str(error).partition(" ")[0]
        raise CommandError(Exit.FOUND, session.words("sampling_twice", unit=unit)) from None
    design = (seed, plan.thresholds, plan.minimum, plan.strata)
    again = close(members, *design, plan.findings)
    if plan.later:
        known = [one for one in members if one.eligible != TOO_LATE]
        again = again._replace(picks=drawn(known, *design, {*plan.findings, *plan.later}))
    differences = [
        _difference("seed", "", one, seed_digest(seed)) for one in plan.committed if one != seed_digest(seed)
    ]
    if plan.digest and plan.digest != again.digest:
        differences.append(_difference("digest", "", plan.digest, again.digest))
    _print_draw(session, again, differences, json_)
    return Exit.FOUND if differences else Exit.OK


def _print_draw(session: Session, again: Any, differences: list[Row], json_: bool) -> None:
    if json_:
        told = {name: getattr(again, name) for name in ("digest", "population", "eligible", "picked")}
        as_json(session, told | {"picks": again.picks, "strata": again.strata, "differences": differences})
        return
    for unit, reason in again.picks.items():
        print(f"  {unit}  {session.words(f'state_pick_{reason}')}")
    counts = {name: getattr(again, name) for name in ("population", "eligible", "picked", "digest")}
    session.say("sampling_drawn", **counts)
    _print_differences(session, differences)
