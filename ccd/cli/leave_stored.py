"""Requests for leave and swaps as the store has them, and how they are told."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from ccd.cli import acting
from ccd.cli.plans import as_json, clock_in
from ccd.cli.session import CommandError, Exit, Session

if TYPE_CHECKING:
    from ccd.events.leave import LeaveFact
    from ccd.leave.state import LeaveState, Request

__all__ = ["do", "ledger_rows", "list_requests", "month_in", "show_request"]

Row = dict[str, Any]
KEPT = timedelta(days=200)
"""Older requests are told with --month only."""


def do(
    session: Session, act: str, json_: bool, *, actor: str, person: str = "", **values: str | bool | None
) -> None:
    """Ask the daemon for an act of this policy, and say what came of it."""
    given = {
        name.rstrip("_"): "yes" if value is True else value
        for name, value in values.items()
        if value and value is not None
    }
    reply = acting.act(session, "leave", act, json_, person=person, actor=actor, values=given)
    if not json_ and not session.quiet:
        for text in _warnings(reply.get("result", {}).get("warned", ""), session.words.language):
            session.warn(session.words("warning", text=text))


def _warnings(told: str, language: str) -> list[str]:
    import msgspec

    from ccd.events.leave import Breach
    from ccd.rules import say

    found = msgspec.json.decode(told, type=tuple[Breach, ...]) if told else ()
    return [say(one.rule, one.values, language) for one in found]


# --- what the store has -----------------------------------------------------------------------------------


def _read(session: Session, since: datetime) -> tuple[LeaveState, list[LeaveFact]]:
    """Raises StoreError."""

    from ccd.adapters.store.queries import Archive
    from ccd.cli.stored import reading
    from ccd.events.leave import LeaveFact
    from ccd.events.shift_facts import shift_fact
    from ccd.leave.state import LeaveState

    async def work(archive: Archive) -> list[str]:
        return await archive.shift_facts(policy="leave", since=since)

    state, facts = LeaveState(), []
    for text in reading(session.settings, work):
        fact = shift_fact(text)
        assert isinstance(fact, LeaveFact)
        state.fold(fact)
        facts.append(fact)
    return state, facts


def month_in(session: Session, text: str | None) -> tuple[int, int] | None:
    """``2026-03``. Raises CommandError."""
    if text is None:
        return None
    year, _, month = text.partition("-")
    if not (year.isdigit() and month.isdigit() and 1971 <= int(year) <= 9000 and 1 <= int(month) <= 12):
        raise CommandError(Exit.USAGE, session.words("leave_no_month", text=text))
    return int(year), int(month)


def _since(month: tuple[int, int] | None) -> datetime:
    start = datetime.now(UTC) if month is None else datetime(*month, 1, tzinfo=UTC)
    return start - KEPT


def _row(one: Request) -> Row:
    return {
        "request": one.id,
        "kind": one.kind,
        "person": one.person,
        "partner": one.partner,
        "since": one.since,
        "until": one.until,
        "phase": one.phase.value,
        "reason": one.reason,
        "special": one.special,
        "asked_at": one.at,
        "missing": [one.partner] if one.phase == "asked" else list(one.missing) if one.open else [],
        "moves": [
            {
                "day": move.day,
                "shift": move.shift,
                "giver": move.giver,
                "taker": move.taker,
                "seat": move.seat,
            }
            for move in one.moves
        ],
        "certificate": one.certificate,
    }


def list_requests(
    session: Session, month: str | None, person: str | None, waiting: bool, json_: bool, *, swaps: bool
) -> None:
    asked = month_in(session, month)
    state, _ = _read(session, _since(asked))
    rows = [
        _row(one)
        for one in state.requests.values()
        if one.swap == swaps
        and (person is None or person in one.people)
        and (not waiting or one.open)
        and (asked is None or asked in _months(session, one))
    ]
    if json_:
        as_json(session, {"requests": rows})
        return
    if not rows:
        session.say("leave_none")
    for row in rows:
        _print_row(session, row)


def _months(session: Session, one: Request) -> set[tuple[int, int]]:
    from zoneinfo import ZoneInfo

    zone = ZoneInfo(session.settings.daemon.timezone)
    days = [move.day for move in one.moves] or [each.day for each in one.used]
    days = days or [one.since.astimezone(zone).date()]
    return {(day.year, day.month) for day in days}


def _print_row(session: Session, row: Row) -> None:
    from ccd.cli.cells import fit

    words = session.words
    people = row["person"] + (f" > {row['partner']}" if row["partner"] else "")
    span = f"{clock_in(session, row['since'])} - {clock_in(session, row['until'], row['since'])}"
    phase = words(f"phase_leave_{row['phase']}")
    missing = ", ".join(row["missing"])
    cells = (
        (row["request"], 15),
        (people, 13),
        (words(f"day_leave_{row['kind']}"), 9),
        (span, 36),
        (phase, 22),
    )
    print((" ".join(fit(text, width) for text, width in cells) + f" {missing}").rstrip())


def show_request(session: Session, name: str, json_: bool) -> None:
    """With its history: who, when, which rule warned."""
    from ccd.rules import say

    state, facts = _read(session, _since(None))
    one, history = state.requests.get(name), [fact for fact in facts if fact.request == name]
    if not history:
        raise CommandError(Exit.FOUND, session.words("leave_no_request", request=name))
    told = [
        {
            "at": fact.at,
            "event": type(fact).__name__,
            "actor": fact.actor,
            "by": fact.by,
            "stood_in_for": getattr(fact, "stood_in_for", ""),
            "reason": getattr(fact, "reason", "") or getattr(fact, "note", "") or getattr(fact, "error", ""),
            "rules": [
                say(each.rule, each.values, session.words.language) for each in getattr(fact, "warned", ())
            ]
            + (
                [say(rule, getattr(fact, "values", {}), session.words.language)]
                if (rule := _rule(fact))
                else []
            ),
        }
        for fact in history
    ]
    if json_:
        as_json(session, {**(_row(one) if one else {"request": name}), "history": told})
        return
    if one is not None:
        _print_row(session, _row(one))
        for move in one.moves:
            print(f"  {move.day} {move.shift} {move.seat}: {move.giver} > {move.taker}")
    for row in told:
        _print_fact(session, row)


def _rule(fact: LeaveFact) -> str:
    return getattr(fact, "rule", "")


def _print_fact(session: Session, row: Row) -> None:
    who = row["actor"] or "ccd"
    if row["stood_in_for"]:
        who = session.words("leave_stood_in", actor=who, instead=row["stood_in_for"])
    parts = [clock_in(session, row["at"]), session.words(f"act_{row['event']}"), who, row["reason"]]
    print("  " + "  ".join(part for part in parts if part))
    for text in row["rules"]:
        print(f"    {text}")


def ledger_rows(session: Session, month: str | None, json_: bool) -> None:
    """Days of leave and swap that each person has used in a month, by kind."""
    from ccd.cli.plans import today

    asked = month_in(session, month)
    now = today(session)
    asked = asked or (now.year, now.month)
    state, _ = _read(session, _since(asked))
    rows = [_of_person(session, state, person, asked) for person in _people(state)]
    rows = [row for row in rows if row["counted"] or row["swaps"] or any(row["days"].values())]
    if json_:
        as_json(session, {"month": f"{asked[0]}-{asked[1]:02}", "people": rows})
        return
    if not rows:
        session.say("leave_none")
    for row in rows:
        kinds = ", ".join(
            f"{session.words(f'day_leave_{kind}')} {days:.4g}" for kind, days in row["days"].items() if days
        )
        values = {"person": row["person"], "counted": f"{row['counted']:.4g}", "swaps": row["swaps"]}
        session.say("leave_ledger", **values, most=f"{row['most']:.4g}", kinds=kinds or "-")


def _people(state: LeaveState) -> list[str]:
    return sorted({person for one in state.requests.values() for person in one.people})


def _of_person(session: Session, state: LeaveState, person: str, month: tuple[int, int]) -> Row:
    from typing import get_args

    from ccd.config_leave import Kind
    from ccd.leave.request import days_in

    settings = session.settings.policies.leave
    granted = [one for one in state.of(person) if one.granted]
    return {
        "person": person,
        "days": {
            kind: float(sum(days_in(one, person, month) for one in granted if one.kind == kind))
            for kind in get_args(Kind)
        },
        "swaps": state.swaps(person, month, granted=True),
        "counted": float(state.used(person, month, settings.month_kinds, granted=True)),
        "most": float(settings.month_days),
    }
