"""``break``: who is paused for what, taking one, what leads do about them, and the ledger."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ccd.cli.acting import act, tell
from ccd.cli.cells import fit
from ccd.cli.plans import as_json, clock_in, day_of
from ccd.cli.session import Session, command

if TYPE_CHECKING:
    pass

__all__ = ["add_to"]

_break = typer.Typer(help="Breaks: pauses for other reasons than meals.", no_args_is_help=True)

Row = dict[str, Any]
_Person = Annotated[str, typer.Argument(metavar="PERSON", help="The person's code, as in the roster.")]
_Kind = Annotated[str, typer.Argument(metavar="KIND", help="The reason of the pause: break, training, …")]
_By = Annotated[str, typer.Option("--by", metavar="CODE", help="Your own code: who decides.")]
_Reason = Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why; it is kept.")]
_Json = Annotated[bool, typer.Option("--json", help="As one JSON object.")]


@command
def board(session: Session, json_: _Json = False) -> None:
    """Who is paused for what since when, what is left of it, and how often they have."""
    told = session.ask("shift_board", policy="breaks")["board"]
    if json_:
        as_json(session, told)
        return
    if not told["on"]:
        session.say("break_none")
    for one in told["on"]:
        _row(one, *_standing(session, one))
    for one in told["grants"]:
        _row(one, session.words("break_grant", reason=one["reason"]))


def _standing(session: Session, one: Row) -> list[str]:
    words = session.words
    told = [one["reason"] or words("break_unnamed"), words("break_since", time=_clock(session, one["since"]))]
    if one["left_s"] is not None:
        key = "break_left" if one["left_s"] >= 0 else "break_over"
        told.append(words(key, minutes=int(abs(one["left_s"]) // 60)))
    if one["times_allowed"]:
        told.append(words("break_times", times=one["times"], allowed=one["times_allowed"]))
    if one["minutes_a_shift"]:
        used = int(one["used_s"] // 60)
        told.append(words("break_minutes", used=used, allowed=f"{one['minutes_a_shift']:g}"))
    if not one["asked"]:
        told.append(words("break_not_asked"))
    if not one["sure"]:
        told.append(words("break_not_sure"))
    return told


def _row(one: Row, *told: str) -> None:
    print(f"  {fit(one['person'], 9)} {fit(one['name'], 13)} {'  '.join(filter(None, told))}".rstrip())


def _clock(session: Session, text: str) -> str:
    at = datetime.fromisoformat(text)
    return clock_in(session, at, at)


@command
def ask(session: Session, person: _Person, kind: _Kind, json_: _Json = False) -> None:
    """Pause somebody's phone for a reason, if the rules let them."""
    reply = session.ask_once("pause_ask", person=person, reason=kind, language=session.words.language)
    tell(session, reply, json_)


@command
def grant(
    session: Session,
    person: _Person,
    kind: _Kind,
    by: _By,
    reason: _Reason,
    minutes: Annotated[int, typer.Option(metavar="N", help="Default: as long as that kind has.")] = 0,
    json_: _Json = False,
) -> None:
    """Let somebody take one more this shift, or what needs a lead; a lead does."""
    values = {"reason": kind, "why": reason, **({"minutes": str(minutes)} if minutes else {})}
    _act(session, "grant", person, by, values, json_)


@command
def extend(
    session: Session,
    person: _Person,
    minutes: Annotated[int, typer.Argument(metavar="MINUTES", help="So many more.")],
    by: _By,
    reason: _Reason,
    json_: _Json = False,
) -> None:
    """Give a break that is on more time; a lead does."""
    _act(session, "extend", person, by, {"minutes": str(minutes), "why": reason}, json_)


@command
def waive(session: Session, person: _Person, by: _By, reason: _Reason, json_: _Json = False) -> None:
    """Have somebody's latest overstay not count; it stays on record as it was. A lead does."""
    _act(session, "waive", person, by, {"why": reason}, json_)


def _act(session: Session, what: str, person: str, by: str, values: dict[str, str], json_: bool) -> None:
    act(session, "breaks", what, json_, person=person, actor=by, values=values)


@command
def log(
    session: Session,
    day: Annotated[str | None, typer.Option(metavar="DAY", help="Of shifts; default: today.")] = None,
    person: Annotated[str, typer.Option(metavar="CODE", help="Of this person only.")] = "",
    json_: _Json = False,
) -> None:
    """Every break of a day and what was refused, from the store, with totals."""
    from ccd.breaks.ledger import ledger
    from ccd.cli.stored import facts_of_day
    from ccd.events.breaks import BreakFact

    asked = day_of(session, day)
    facts, names = facts_of_day(session.settings, BreakFact, asked, person)
    told = ledger(facts, names)
    if json_:
        as_json(session, {"day": asked, **told})
    else:
        _print_log(session, asked, told)


def _print_log(session: Session, day: date, told: Row) -> None:
    words, totals = session.words, told["totals"]
    print(words("break_log", day=day))
    for one in told["breaks"]:
        begin = clock_in(session, one["began"], one["began"])
        end = clock_in(session, one["ended"], one["began"]) if one["ended"] else "…"
        cells = [f"{begin}-{end}", one["reason"] or words("break_unnamed"), words(_LEVELS[one["level"]])]
        if one["over_s"]:
            cells.append(words("break_over", minutes=int(one["over_s"] // 60)))
        if one["waived"]:
            cells.append(words("break_waived", reason=one["waived"]))
        if not one["asked"]:
            cells.append(words("break_not_asked"))
        _row(one, *cells)
    for one in told["absences"]:
        _row(one, words("break_absence", time=clock_in(session, one["at"], one["at"]), kind=one["kind"]))
    for one in told["refused"]:
        key = "break_refused" if one["enforced"] else "break_would_be_refused"
        _row(one, words(key, time=clock_in(session, one["at"], one["at"]), rule=one["rule"]))
    minutes = int(totals["seconds"] // 60)
    session.say("break_totals", breaks=totals["breaks"], minutes=minutes, refused=totals["refused"])
    against = {name: totals[name] for name in ("late", "violation", "unknown", "waived")}
    session.say("break_totals_against", **against)
    for reason, row in told["by_reason"].items():
        session.say(
            "break_of_reason",
            reason=reason or words("break_unnamed"),
            times=row["times"],
            minutes=int(row["seconds"] // 60),
        )


_LEVELS = {
    "": "break_level_on",
    "ok": "break_level_ok",
    "late": "break_level_late",
    "violation": "break_level_violation",
    "unknown": "break_level_unknown",
}


def add_to(app: typer.Typer) -> None:
    for function in (board, ask, grant, extend, waive, log):
        _break.command()(function)
    app.add_typer(_break, name="break")
