"""``staffing``: how many people each team needs, against who is planned; a forecast of what has been.

Both read the store and files, so they answer beside the daemon and without it.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from zoneinfo import ZoneInfo

import typer

from ccd.cli.cells import fit
from ccd.cli.output import write_out
from ccd.cli.plans import Planned, as_json, clock_in, day_of, planned, read_plan, today
from ccd.cli.session import CommandError, Exit, Session, command

if TYPE_CHECKING:
    from ccd.adapters.store.queries import Archive
    from ccd.staffing.history import Traffic

__all__ = ["add_to"]

_staffing = typer.Typer(help="How many people the teams need.", no_args_is_help=True)

Row = dict[str, Any]
MOST_WEEKS = 104
_Json = Annotated[bool, typer.Option("--json", help="As one JSON object.")]


@command
def show(
    session: Session,
    team: Annotated[str | None, typer.Option(metavar="TEAM", help="Default: every team forecast.")] = None,
    day: Annotated[str | None, typer.Option(metavar="DAY", help="Default: today.")] = None,
    json_: _Json = False,
) -> None:
    """Agents needed in each part of a day by the forecast, against who is planned, with the gap."""
    from ccd.adapters.forecast_file import read_forecast
    from ccd.staffing.coverage import coverage
    from ccd.staffing.forecast import Forecast

    asked, settings = day_of(session, day), session.settings
    if settings.staffing.forecast_file is None:
        raise CommandError(Exit.USAGE, session.words("staffing_none"))
    forecast = Forecast(read_forecast(settings))
    if team is not None and team not in forecast.teams:
        raise CommandError(
            Exit.USAGE, session.words("staffing_no_team", team=team, teams=", ".join(forecast.teams))
        )
    found = planned(session, asked - timedelta(days=2), asked + timedelta(days=1))
    rows = coverage(
        asked,
        forecast=forecast,
        plan=found.plan,
        roster=found.roster,
        settings=settings.staffing,
        zone=ZoneInfo(settings.daemon.timezone),
        teams=forecast.teams if team is None else (team,),
    )
    if json_:
        as_json(session, {"day": asked, "version": found.plan.version, "parts": rows})
    else:
        _print(session, asked, rows)


def _print(session: Session, day: date, rows: list[Row]) -> None:
    words, settings = session.words, session.settings.staffing
    if not rows:
        session.say("staffing_no_day", day=day)
    columns = (
        (words("staffing_time"), 12),
        *(
            (words(key), 10)
            for key in ("staffing_calls", "staffing_aht", "staffing_required", "staffing_to_plan")
        ),
        *((words(key), 10) for key in ("staffing_planned", "staffing_gap")),
    )
    for team in dict.fromkeys(row["team"] for row in rows):
        print(
            words(
                "staffing_title",
                team=team,
                day=day,
                level=f"{settings.service_level:.0%}",
                seconds=f"{settings.answer_within_s:g}",
                occupancy=f"{settings.max_occupancy:.0%}",
                shrinkage=f"{settings.shrinkage:.0%}",
            )
        )
        print("  " + " ".join(fit(text, width) for text, width in columns).rstrip())
        for row in rows:
            if row["team"] == team:
                print("  " + _line(session, row))


def _line(session: Session, row: Row) -> str:
    begin = clock_in(session, row["since"], row["since"])
    end = clock_in(session, row["until"], row["until"])
    figures = (f"{row['calls']:g}", f"{row['aht_s']:g}", row["required"], row["to_plan"], row["planned"])
    cells = [fit(f"{begin}-{end}", 12), *(fit(str(one), 10) for one in figures), fit(f"{row['gap']:+d}", 10)]
    short = session.words("staffing_short") if row["gap"] < 0 else ""
    return (" ".join(cells) + short).rstrip()


@command
def from_history(
    session: Session,
    weeks: Annotated[int, typer.Option(metavar="N", help="So many weeks back, up to yesterday.")],
    output: Annotated[Path, typer.Option("--output", "-o", metavar="FILE", help="The forecast (CSV).")],
    json_: _Json = False,
) -> None:
    """Make a forecast of the calls that came: by team, weekday and half hour, the average of N weeks."""
    from ccd.cli.stored import reading
    from ccd.staffing.forecast_csv import dump
    from ccd.staffing.history import forecast_of

    if not 1 <= weeks <= MOST_WEEKS:
        raise CommandError(Exit.USAGE, session.words("staffing_weeks"))
    zone, last = ZoneInfo(session.settings.daemon.timezone), today(session)
    first = last - timedelta(weeks=weeks)

    async def work(archive: Archive) -> tuple[Planned, Traffic]:
        since, until = (datetime.combine(day, time(), zone) for day in (first, last))
        return await read_plan(session, archive, last, last), await archive.traffic(since, until)

    found, traffic = reading(session.settings, work)
    days = [first + timedelta(days=n) for n in range(weeks * 7)]
    ordinary = [day for day in days if found.calendar.day(day).kind in ("workday", "weekend")]
    rows = forecast_of(traffic, ordinary, team_of=found.roster.team_of_interface, zone=zone)
    if not rows:
        raise CommandError(Exit.FOUND, session.words("staffing_no_calls", weeks=weeks))
    write_out(dump(rows), output)
    told = {"rows": len(rows), "teams": len({row.team for row in rows}), "days": len(ordinary)}
    if json_:
        as_json(session, {"file": str(output), **told})
    else:
        session.say("staffing_written", **told)


def add_to(app: typer.Typer) -> None:
    _staffing.command()(show)
    _staffing.command("from-history")(from_history)
    app.add_typer(_staffing, name="staffing")
