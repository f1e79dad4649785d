"""A report as one HTML page, to be read and printed on A4 across.

No script, and nothing is loaded from anywhere. Every text that is not ours is escaped, and isolated where its
direction could turn the line around.
"""

from __future__ import annotations

import html
from collections.abc import Iterable, Mapping, Sequence

from ccd.incidents.words import visible
from ccd.reports.charts import days_chart
from ccd.reports.markup import number, numbers, table, text, who
from ccd.reports.report import Cell, Column, Listing, Report, Row, Section
from ccd.reports.style import STYLE
from ccd.reports.wording import Wording

__all__ = ["PEOPLE_SHOWN", "as_html"]

PEOPLE_SHOWN = 300
"""So many people have a row of their own in a table; of more, those with most to look at."""
BAD: Mapping[str, tuple[str, ...]] = {
    "attendance": (
        "late",
        "early",
        "off_post",
        "absent",
        "absent_shifts",
        "violations",
        "absences",
        "unknown",
    ),
    "meals": ("late", "violations", "unknown", "refused", "not_taken"),
    "breaks": ("late", "violations", "unknown", "refused"),
    "handover": ("late", "incomplete", "empty_seat", "held"),
    "adherence": ("out_minutes",),
    "leave": ("leave_days", "refused"),
}
"""What somebody should look at: such a figure stands out."""
TILES = (
    ("attendance", "planned"),
    ("attendance", "presence"),
    ("attendance", "late"),
    ("attendance", "occurrences"),
    ("attendance", "absences"),
    ("meals", "late"),
    ("handover", "completeness"),
    ("adherence", "adherence"),
)


def as_html(report: Report, language: str) -> str:
    words = Wording(language)
    title = f"{words.title(report)} {report.period}"
    parts = [
        _head(report, words),
        _gaps(report, words),
        _tiles(report, words),
        _by_day(report, words),
        *(_section(section, report, words) for section in report.sections),
        *(_listing(listing, words) for listing in report.listings),
        _compared(report, words),
        f"<footer>{text(words.text('units'))} {text(words.text('weighted'))}</footer>",
    ]
    return (
        f'<!DOCTYPE html>\n<html lang="{"zh-CN" if words.chinese else "en"}">\n<head>\n'
        '<meta charset="utf-8">\n'
        '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; '
        "style-src 'unsafe-inline'\">\n"
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{html.escape(title)}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n"
        + "\n".join(part for part in parts if part)
        + "\n</body>\n</html>\n"
    )


def _head(report: Report, words: Wording) -> str:
    facts = words.text("facts", count=f"{report.facts:,}", revision=report.revision)
    revised = ""
    if report.revision:
        said = words.text("revised", revision=report.revision)
        revised = f'<p><span class="revised">{text(said)}</span></p>'
    return (
        f"<header><h1>{text(words.title(report))}<small>{text(report.period)}</small></h1>"
        f"<p>{text(words.days(report))} · {text(words.made(report))} · {text(facts)}</p>{revised}</header>"
    )


def _gaps(report: Report, words: Wording) -> str:
    if not report.gaps:
        return f'<p class="whole">{text(words.text("no_gaps"))}</p>'
    items = "".join(f"<li>{text(words.gap(gap))}</li>" for gap in report.gaps)
    return f'<div class="gaps"><h2>{text(words.text("gaps"))}</h2><ul>{items}</ul></div>'


def _tiles(report: Report, words: Wording) -> str:
    tiles = []
    for name, figure in TILES:
        section = report.section(name)
        column = next(each for each in section.columns if each.name == figure)
        label = words.column(figure)
        if name in ("meals", "handover"):
            label = f"{words.section(name)} · {label}"
        value = words.cell(column, section.total[figure])
        tiles.append(f'<div class="tile"><b>{text(value)}</b><span>{text(label)}</span></div>')
    return f'<div class="tiles">{"".join(tiles)}</div>'


def _by_day(report: Report, words: Wording) -> str:
    if len(report.days) < 2:
        return ""
    labels = [f"{day.day:%m-%d}" for day in report.days]
    chart = days_chart(report.days, labels)
    colours = (("#dbe2ea", "planned"), ("#2f5f8f", "present"), ("#b3402f", "absent_shifts"))
    legend = "".join(
        f'<i style="background:{colour}"></i>{text(words.column(name))}' for colour, name in colours
    )
    names = ("planned", "judged", "present", "absent_shifts", "late", "occurrences")
    heads = [words.text("day"), words.text("kind")]
    rows = []
    for day in report.days:
        figures = (day.planned, day.judged, day.present, day.absent, day.late, day.occurrences)
        kind = f"{words.code(day.kind)} {visible(day.name)}".strip()
        cells = "".join(number(Column(""), each, words) for each in figures)
        its_day = f'<td class="code">{day.day} {text(words.weekday(day.day))}</td>'
        rows.append(f"<tr>{its_day}{who(kind)}{cells}</tr>")
    return (
        f'<section><h2>{text(words.text("by_day"))}</h2>{chart}<p class="legend">{legend}</p>'
        f"{table(heads, [words.column(name) for name in names], rows, '')}</section>"
    )


def _section(section: Section, report: Report, words: Wording) -> str:
    columns = tuple(column for column in section.columns if not column.detail)
    origin = text(words.origin(section, report))
    head = f'<h2>{text(words.section(section.name))}</h2><p class="origin">{origin}</p>'
    if not section.people:
        return f"<section>{head}</section>"
    heads = [words.column(column.name) for column in columns]
    foot = who(words.text("total"))
    cells = numbers(columns, section.total, words)
    teams = [
        f"<tr>{who(row.team or words.text('no_team'))}{numbers(columns, row.values, words)}</tr>"
        for row in section.teams
    ]
    shown, others = _shown(section)
    people = [_person(row, columns, words) for row in shown]
    if others is not None:
        said = words.text("others", count=f"{len(section.people) - len(shown):,}")
        sums = numbers(columns, others, words)
        people.append(f'<tr class="others"><td class="who" colspan="3">{text(said)}</td>{sums}</tr>')
    person_heads = [words.text(key) for key in ("person", "name", "team")]
    return (
        f"<section>{head}<h3>{text(words.text('by_team'))}</h3>"
        f"{table([words.text('team')], heads, teams, f'<tr>{foot}{cells}</tr>')}"
        f"<h3>{text(words.text('by_person'))}</h3>"
        '<div class="people">'
        f"{table(person_heads, heads, people, f'<tr>{foot}<td></td><td></td>{cells}</tr>')}</div></section>"
    )


def _shown(section: Section) -> tuple[Sequence[Row], dict[str, Cell] | None]:
    """Whose row is shown, and what the others add up to: the total is the sum of what stands above it."""
    if len(section.people) <= PEOPLE_SHOWN:
        return section.people, None
    bad = BAD.get(section.name, ())
    order = sorted(section.people, key=lambda row: -sum(float(row.values.get(name) or 0) for name in bad))
    chosen = {row.code for row in order[:PEOPLE_SHOWN]}
    rest = [row for row in section.people if row.code not in chosen]
    others: dict[str, Cell] = {column.name: _sum(column, rest) for column in section.columns}
    return [row for row in section.people if row.code in chosen], others


def _sum(column: Column, rows: Iterable[Row]) -> Cell:
    if not column.adds:
        return None
    if column.unit in ("minutes", "days"):
        return sum(round(float(row.values[column.name] or 0) * 10) for row in rows) / 10
    return sum(int(row.values[column.name] or 0) for row in rows)


def _person(row: Row, columns: Sequence[Column], words: Wording) -> str:
    person = f'<td class="code">{text(row.code)}</td>{who(row.name)}'
    team = who(row.team or words.text("no_team"))
    return f"<tr>{person}{team}{numbers(columns, row.values, words)}</tr>"


def _listing(listing: Listing, words: Wording) -> str:
    head = f"<h2>{text(words.listing(listing.name))}</h2>"
    if listing.name == "review":
        head += f'<p class="note">{text(words.text("decides"))}</p>'
    if not listing.rows:
        return f"<section>{head}<p>{text(words.text('none'))}</p></section>"
    said = [column for column in listing.columns if column.unit in ("text", "code")]
    figures = [column for column in listing.columns if column not in said]
    rows = []
    for row in listing.rows:
        cells = "".join(who(words.cell(each, row[each.name])) for each in said)
        rows.append(f"<tr>{cells}{numbers(figures, row, words)}</tr>")
    heads = [words.column(each.name) for each in said]
    return f"<section>{head}{table(heads, [words.column(each.name) for each in figures], rows, '')}</section>"


def _compared(report: Report, words: Wording) -> str:
    if not report.changes:
        return ""
    rows = []
    for each in report.changes:
        column = Column(each.column, each.unit)
        names = who(words.section(each.section)) + who(words.column(each.column))
        cells = "".join(number(column, value, words) for value in (each.now, each.before))
        rows.append(f"<tr>{names}{cells}<td>{text(_difference(column, each.now, each.before))}</td></tr>")
    heads = [words.text("section"), words.text("figure")]
    figures = [words.text(key) for key in ("now", "before", "change")]
    return f"<section><h2>{text(words.text('compared'))}</h2>{table(heads, figures, rows, '')}</section>"


def _difference(column: Column, now: Cell, before: Cell) -> str:
    if not isinstance(now, int | float) or not isinstance(before, int | float):
        return "–"
    if column.unit == "share":
        return f"{(now - before) * 100:+.1f}%".replace("-", "−")
    tenths = column.unit in ("minutes", "days", "average")
    return (f"{now - before:+,.1f}" if tenths else f"{now - before:+,}").replace("-", "−")
