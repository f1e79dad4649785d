"""Commands: what is sampled, why, drawing it again, and what people say about it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated

import typer

from ccd.cli.acting import act
from ccd.cli.session import CommandError, Exit, Session, command

__all__ = ["add_to"]

_Day = Annotated[
    str | None, typer.Argument(metavar="[DAY]", help="Of the conversations' end; default: today.")
]
_Person = Annotated[str, typer.Argument(metavar="PERSON", help="The person's code, as in the roster.")]
_Which = Annotated[str, typer.Argument(metavar="UNIT|CALL", help="A conversation, or the call it is in.")]
_By = Annotated[str, typer.Option("--by", metavar="CODE", help="Your own code: who decides.")]
_Reason = Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why; it is kept.")]
_Json = Annotated[bool, typer.Option("--json", help="As one JSON object.")]


@command
def sample(
    session: Session,
    day: _Day = None,
    agent: Annotated[str, typer.Option(metavar="CODE", help="Of this agent only.")] = "",
    json_: _Json = False,
) -> None:
    """What was picked of a day, why, and how far its scoring is."""
    from ccd.cli.sampling_stored import show_sample

    show_sample(session, day, agent, json_)


@command
def plan(session: Session, day: _Day = None, json_: _Json = False) -> None:
    """How a day is drawn: thresholds, what is expected, the minimum, the digest of its seed."""
    from ccd.cli.sampling_stored import show_plan

    show_plan(session, day, json_)


@command
def why(session: Session, which: _Which, json_: _Json = False) -> None:
    """Why a conversation was picked, or not: its stratum, rank and chance."""
    from ccd.cli.sampling_why import show_why

    show_why(session, which, json_)


@command
def population(
    session: Session,
    day: Annotated[str, typer.Argument(metavar="DAY", help="2026-01-31, today or yesterday.")],
    json_: _Json = False,
    csv: Annotated[Path | None, typer.Option(metavar="FILE", help="Write it as CSV.")] = None,
) -> None:
    """Everything that a day was drawn from, so that anyone can draw it again (`ccd qa draw`)."""
    from ccd.cli.sampling_files import write_population

    write_population(session, day, csv, json_)


@command
def seed(
    session: Session,
    period: Annotated[str | None, typer.Argument(metavar="[PERIOD]", help="Default: today.")] = None,
    json_: _Json = False,
) -> None:
    """The digests of seeds as they were published, and the seeds themselves once they were."""
    from ccd.cli.sampling_stored import show_seeds

    show_seeds(session, period, json_)


@command
def verify(
    session: Session,
    period: Annotated[
        str, typer.Argument(metavar="PERIOD", help="today, yesterday, 2026-11-22, 2026-W47 or 2026-11.")
    ] = "today",
    json_: _Json = False,
) -> Exit:
    """Draw again what was drawn, day by day, and tell any difference."""
    from ccd.cli.sampling_again import verify_period

    return verify_period(session, period, json_)


@command
def draw(
    session: Session,
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="What `qa population` wrote.")],
    seed: Annotated[str, typer.Option(metavar="HEX", help="The seed of the day, as it was published.")],
    plan: Annotated[Path, typer.Option(metavar="FILE", help="What `qa plan DAY --json` printed.")],
    json_: _Json = False,
) -> Exit:
    """Draw from exported populations of one day, of several PBXs together, without a daemon or a store."""
    from ccd.cli.sampling_again import draw_files

    return draw_files(session, files, seed, plan, json_)


@command
def exclude(
    session: Session,
    person: _Person,
    by: _By,
    reason: _Reason,
    since: Annotated[str, typer.Option(metavar="DAY", help="The first day; default: today.")] = "",
    until: Annotated[str, typer.Option(metavar="DAY", help="The last day; default: until included.")] = "",
    json_: _Json = False,
) -> None:
    """Draw nothing of a person from a day on."""
    values = {"reason": reason, "since": since, "until": until}
    act(session, "sampling", "exclude", json_, person=person, actor=by, values=values)


@command
def include(session: Session, person: _Person, by: _By, reason: _Reason, json_: _Json = False) -> None:
    """Draw of a person again who was excluded."""
    act(session, "sampling", "include", json_, person=person, actor=by, values={"reason": reason})


_Number = Annotated[str, typer.Argument(metavar="NUMBER", help="The caller's number.")]


@command
def mark_caller(
    session: Session,
    number: _Number,
    by: _By,
    reason: _Reason,
    until: Annotated[str, typer.Option(metavar="DAY", help="The last day; default: by the settings.")] = "",
    json_: _Json = False,
) -> None:
    """Pick the calls of a caller for some time: a complaint goes on."""
    values = {"number": number, "reason": reason, "until": until}
    act(session, "sampling", "mark_caller", json_, actor=by, values=values)


@command
def unmark_caller(session: Session, number: _Number, by: _By, reason: _Reason, json_: _Json = False) -> None:
    """No longer pick the calls of a caller who was marked."""
    values = {"number": number, "reason": reason}
    act(session, "sampling", "unmark_caller", json_, actor=by, values=values)


@command
def ask_for(
    session: Session,
    which: _Which,
    by: _By,
    reason: _Reason,
    day: Annotated[str, typer.Option(metavar="DAY", help="On which it ended; default: today.")] = "",
    json_: _Json = False,
) -> None:
    """Have a conversation scored besides the sample, where it never counts."""
    name = "unit" if re.fullmatch(r"[0-9a-f]{20}", which) else "call"
    if name == "call" and not re.search(r"[0-9]\.[0-9]+$", which):
        raise CommandError(Exit.USAGE, session.words("sampling_no_name", which=which[:60]))
    values = {name: which, "reason": reason, "day": day}
    act(session, "sampling", "ask_for", json_, actor=by, values=values)


def add_to(app: typer.Typer) -> None:
    """``app`` is the group ``qa``."""
    for function in (sample, plan, why, population, seed, verify, draw, exclude, include):
        app.command()(function)
    app.command("mark-caller")(mark_caller)
    app.command("unmark-caller")(unmark_caller)
    app.command("ask-for")(ask_for)
