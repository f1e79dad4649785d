"""``report``: reports of shifts, made, kept, shown and sent."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from ccd.cli.output import write_out
from ccd.cli.plans import as_json, clock_in, today
from ccd.cli.session import CommandError, Exit, Session, command

if TYPE_CHECKING:
    from ccd.events.reports import ReportMade
    from ccd.reports.ledger import Ledger
    from ccd.reports.periods import Period
    from ccd.reports.report import Report

__all__ = ["add_to"]

_report = typer.Typer(help="Reports of shifts: daily, weekly, monthly.", no_args_is_help=True)

_Kind = Annotated[
    Literal["daily", "weekly", "monthly"], typer.Argument(metavar="KIND", help="daily, weekly or monthly.")
]
_Period = Annotated[
    str | None,
    typer.Argument(metavar="[PERIOD]", help="2026-03-02, 2026-W10 or 2026-03. Default: the one before now."),
]
_FATES = {"sent": "report_sent", "waits": "report_waits", "failed": "report_failed"}
_Json = Annotated[bool, typer.Option("--json", help="As one JSON object.")]


def _period(session: Session, kind: str, text: str | None) -> Period:
    """Raises CommandError."""
    from ccd.reports.periods import named, period_before, period_of

    if text is None:
        return period_before(period_of(kind, today(session)))
    try:
        period = named(text)
    except ValueError:
        period = None
    if period is None or (kind and period.kind != kind):
        raise CommandError(Exit.USAGE, session.words("report_no_period", text=text))
    return period


@command
def make(
    session: Session,
    kind: _Kind,
    period: _Period = None,
    form: Annotated[
        Literal["html", "csv", "json"] | None,
        typer.Option("--format", metavar="html|csv|json", help="Default: by the file's name, else html."),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE", help="Also here; with --format alone: to the output."),
    ] = None,
    json_: _Json = False,
) -> None:
    """Make a report and keep it. Where its figures have changed it is a new revision; the old one stays."""
    from ccd.adapters.reporting_files import kept_report, rendered, reports_dir
    from ccd.cli.report_making import made

    found = made(session, _period(session, kind, period))
    folder = reports_dir(session.settings)
    if form is None and output is None:
        if json_:
            as_json(session, _as_told(session, found))
        else:
            session.say("report_made", period=found.period, revision=found.revision, folder=folder)
            for file in found.files:
                print(f"  {file.name}")
        return
    chosen = form or _form_of(output)
    write_out(rendered(kept_report(folder, found), chosen, session.words.language), output)


def _form_of(output: Path | None) -> str:
    suffix = output.suffix.lstrip(".").lower() if output is not None else ""
    return suffix if suffix in ("csv", "json") else "html"


@command
def list_(session: Session, json_: _Json = False) -> None:
    """List the reports that were made, where they went, and what did not arrive."""
    from ccd.adapters.reporting_data import read_ledger
    from ccd.cli.stored import reading

    ledger = reading(session.settings, read_ledger)
    if json_:
        as_json(session, [_as_told(session, each, ledger) for each in ledger.latest])
        return
    if not ledger.latest:
        session.say("report_none")
    for each in ledger.latest:
        at = clock_in(session, each.at)
        key = "report_row_revised" if each.revision else "report_row"
        print(session.words(key, period=each.period, at=at, revision=each.revision, gaps=each.gaps))
        for address, state, error in _fates(ledger, each):
            print(f"    {address}: " + session.words(_FATES[state], error=error))


def _fates(ledger: Ledger, made: ReportMade) -> list[tuple[str, str, str]]:
    """(address, sent | waits | failed, why): of the latest message to each."""
    found: dict[str, tuple[str, str]] = {}
    for posted in ledger.mailings_of(made.period):
        for address in (*posted.to, *posted.copies):
            sent = ledger.sent(posted.mailing, address)
            state = "waits" if sent is None else "failed" if sent.error else "sent"
            found[address] = (state, sent.error if sent else "")
    return [(address, *fate) for address, fate in found.items()]


def _as_told(session: Session, made: ReportMade, ledger: Ledger | None = None) -> dict[str, Any]:
    from ccd.adapters.reporting_files import reports_dir

    folder = reports_dir(session.settings)
    told: dict[str, Any] = {
        "kind": made.kind,
        "period": made.period,
        "first": made.first,
        "last": made.last,
        "revision": made.revision,
        "made": made.at,
        "facts": made.facts,
        "gaps": made.gaps,
        "files": [str(folder / file.name) for file in made.files],
    }
    if ledger is not None:
        told["sent"] = [
            {"address": address, "state": state, "error": error}
            for address, state, error in _fates(ledger, made)
        ]
    return told


@command
def send(
    session: Session,
    period: Annotated[str, typer.Argument(metavar="PERIOD", help="2026-03-02, 2026-W10 or 2026-03.")],
    json_: _Json = False,
) -> None:
    """Send a report once more to whoever gets it by the settings; it is made where there is none yet."""
    from ccd.cli.report_making import MAKE_S

    name = _period(session, "", period).name
    reply = session.ask("report_send", period=name, timeout_s=MAKE_S)
    if json_:
        as_json(session, {key: value for key, value in reply.items() if key != "ok"})
        return
    people = ", ".join((*reply["to"], *reply["copies"]))
    session.say("report_posted", period=name, people=people)
    if reply["without_address"]:
        codes = ", ".join(reply["without_address"])
        session.warn(session.words("warning", text=session.words("report_no_address", codes=codes)))


@command
def show(
    session: Session,
    period: Annotated[
        str | None,
        typer.Argument(metavar="[PERIOD]", help="2026-03-02, 2026-W10 or 2026-03. Default: yesterday."),
    ] = None,
    json_: _Json = False,
) -> None:
    """Show the totals of a period: of the report that was made, else as they are now."""
    from ccd.cli.report_making import known

    wanted = _period(session, "" if period else "daily", period)
    report = known(session, wanted)
    if json_:
        from ccd.reports.report import as_json as plain

        sys.stdout.buffer.write(plain(report) + b"\n")
    else:
        _print(session, report)


def _print(session: Session, report: Report) -> None:
    from ccd.cli.cells import fit
    from ccd.reports.wording import Wording

    words = Wording(session.words.language)
    print(f"{words.title(report)} {report.period}  {words.days(report)}")
    print(words.made(report))
    print(words.text("gaps" if report.gaps else "no_gaps"))
    for gap in report.gaps:
        print(f"  ! {words.gap(gap)}")
    for section in report.sections:
        print(f"\n{words.section(section.name)}")
        told = [column for column in section.columns if section.total[column.name]]
        for column in told:
            print(f"  {fit(words.column(column.name), 22)} {words.cell(column, section.total[column.name])}")
        if not told:
            print(f"  {words.text('no_facts')}")


def add_to(app: typer.Typer) -> None:
    _report.command("list")(list_)
    for function in (make, send, show):
        _report.command()(function)
    app.add_typer(_report, name="report")
