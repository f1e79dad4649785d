"""``assess ranking``: everybody by the average of a quarter, and on-site staff."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any
from zoneinfo import ZoneInfo

import typer

from ccd.cli.assessment_stored import as_csv, figures, read, shown
from ccd.cli.plans import as_json
from ccd.cli.promotions import staff_of
from ccd.cli.promotions_said import rows_said
from ccd.cli.session import CommandError, Exit, Session, command

if TYPE_CHECKING:
    from ccd.cli.assessment_stored import Read

__all__ = ["ranking"]

Row = dict[str, Any]


@command
def ranking(
    session: Session,
    quarter: Annotated[
        str,
        typer.Option("--quarter", metavar="QUARTER", help="Such as 2026-Q4. Default: the last one over."),
    ] = "",
    team: Annotated[str, typer.Option("--team", metavar="TEAM", help="Only this team.")] = "",
    json_: Annotated[bool, typer.Option("--json", help="As one JSON object.")] = False,
    csv: Annotated[bool, typer.Option("--csv", help="As CSV that Excel opens.")] = False,
) -> None:
    """The quarter's ranking by average score, and of on-site staff, with every figure's origin."""
    of, months = _quarter(session, quarter)
    rows = _rows(session, read(session, months), months)
    ranked = {name: sum(row[name] is not None for row in rows) for name in ("rank", "site_rank")}
    some = [row for row in rows if team in ("", row["team"])]
    if json_:
        told = {"quarter": of, "ranked": ranked["rank"], "ranked_on_site": ranked["site_rank"]}
        as_json(session, told | {"people": some})
    elif csv:
        head = [session.words(f"act_assess_{name}") for name in _HEAD]
        more = [session.words(f"act_assess_{name}") for name in ("origin", "posted", "site")]
        as_csv([*head, *months, *more], [_cells(session, row, months) for row in some])
    else:
        _print(session, some, of, ranked["site_rank"])


_HEAD = ("rank", "team_rank", "site_rank", "person", "name", "team", "average")


def _quarter(session: Session, text: str) -> tuple[str, tuple[str, ...]]:
    """With those of its months that have begun. Raises CommandError."""
    from ccd.assessment.months import month_here
    from ccd.assessment.ranking import is_quarter, months_of, quarter_before

    zone = ZoneInfo(session.settings.daemon.timezone)
    here = month_here(datetime.now(zone), zone)
    quarter = text or quarter_before(here)
    months = tuple(one for one in months_of(quarter) if one <= here) if is_quarter(quarter) else ()
    if not months:
        raise CommandError(Exit.USAGE, session.words("assess_no_quarter", text=text[:20]))
    return quarter, months


def _rows(session: Session, found: Read, months: tuple[str, ...]) -> list[Row]:
    """Everybody who is assessed, and on-site staff of every post; by rank, then who has no number."""
    from ccd.assessment.ranking import average, ranks

    of_months: dict[str, list[Row]] = {}
    for month in months:
        for one in found.reads[month]:
            of_months.setdefault(one.person, []).append(figures(found, shown(session, found, one, month)))
    posted = {code for code, one in found.state.staff.items() if one.posted and found.roster.by_code(code)}
    of_months |= {code: [] for code in posted if code not in of_months}
    averages = {code: average(row["points"] for row in mine) for code, mine in of_months.items()}
    rank, site = ranks(averages), ranks({code: averages[code] for code in posted})
    teams: dict[str, dict[str, float | None]] = {}
    for code in of_months:
        teams.setdefault(_team(found, code), {})[code] = averages[code]
    in_team = {code: place for mine in teams.values() for code, place in ranks(mine).items()}
    rows = [
        {
            "person": code,
            "name": found.name(code),
            "team": _team(found, code),
            "average": averages[code],
            "rank": rank.get(code),
            "team_rank": in_team.get(code),
            "site_rank": site.get(code),
            "posted": code in posted,
            "site": _site(session, found, code, mine, months) if code in posted else [],
            "months": mine,
        }
        for code, mine in of_months.items()
    ]
    return sorted(rows, key=lambda row: (row["rank"] is None, row["rank"] or 0, row["person"]))


def _team(found: Read, code: str) -> str:
    known = found.roster.by_code(code)
    return known.team if known else ""


def _site(
    session: Session, found: Read, code: str, mine: list[Row], months: tuple[str, ...]
) -> list[dict[str, str]]:
    from ccd.assessment.ranking import on_site

    points = {row["month"]: row["points"] for row in mine}
    passing = session.settings.policies.assessment.passing
    staff = staff_of(session, found, found.state.staff[code])
    return [one.row for one in on_site(staff, points, months, passing)]


def _print(session: Session, rows: list[Row], quarter: str, on_site: int) -> None:
    words = session.words
    ranked = sum(row["rank"] is not None for row in rows)
    print(words("assess_ranking", quarter=quarter, ranked=ranked, people=len(rows)))
    for row in rows:
        values = {name: row[name] for name in ("person", "name", "team", "rank", "team_rank")}
        values["months"] = ", ".join(_origins(session, row))
        if row["rank"] is None:
            print("  " + words("assess_unranked", **values))
        else:
            print("  " + words("assess_ranked", **values, average=f"{row['average']:g}"))
    posted = sorted((row for row in rows if row["posted"]), key=lambda row: row["site_rank"] or len(rows) + 1)
    if posted:
        print(words("assess_on_site"))
    for row in posted:
        values = {"person": row["person"], "name": row["name"]}
        if row["site_rank"] is None:
            print("  " + words("assess_site_unranked", **values))
        else:
            place = {"rank": row["site_rank"], "ranked": on_site, "average": f"{row['average']:g}"}
            print("  " + words("assess_site_ranked", **values, **place))
        for text in rows_said(session, row["site"]):
            print(f"    {text}")


def _origins(session: Session, row: Row) -> list[str]:
    """Of each month its points, and which edition of the assessment they are of."""
    told = []
    for month in row["months"]:
        edition = month["edition"]
        origin = (
            session.words("assess_edition", edition=edition) if edition else session.words("assess_preview")
        )
        points = "-" if month["points"] is None else f"{month['points']:g}"
        told.append(session.words("assess_ranked_month", month=month["month"], points=points, origin=origin))
    return told


def _cells(session: Session, row: Row, months: tuple[str, ...]) -> list[Any]:
    yes = session.words("state_yes") if row["posted"] else ""
    points = {month["month"]: month["points"] for month in row["months"]}
    origin, site = "; ".join(_origins(session, row)), "; ".join(rows_said(session, row["site"]))
    return [*(row[name] for name in _HEAD), *map(points.get, months), origin, yes, site]
