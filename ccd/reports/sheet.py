"""A report as CSV: one table below the other, as Excel opens them (UTF-8 with BOM, CRLF).

Text that a spreadsheet would take for a formula is defused by an apostrophe; figures stand without units and
separators, shares as decimals.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ccd.csv_tables import dump
from ccd.incidents.words import visible
from ccd.reports.report import Cell, Column, Listing, Report, Row, Section
from ccd.reports.wording import Wording

__all__ = ["as_csv"]

Line = list[str]


def as_csv(report: Report, language: str) -> bytes:
    """Everybody is in it, also in a centre of thousands."""
    words = Wording(language)
    first, *rest = _lines(report, words)
    return dump(first, rest)


def _lines(report: Report, words: Wording) -> Iterator[Line]:
    yield [words.title(report), report.period, str(report.first), str(report.last)]
    yield [words.made(report), words.text("facts", count=report.facts, revision=report.revision)]
    yield [words.text("gaps") if report.gaps else words.text("no_gaps")]
    for gap in report.gaps:
        yield ["", words.gap(gap)]
    yield []
    yield from _days(report, words)
    for section in report.sections:
        yield []
        yield [words.section(section.name), words.origin(section, report)]
        yield from _section(section, words)
    for listing in report.listings:
        yield []
        yield [words.listing(listing.name)]
        yield from _listing(listing, words)
    if report.changes:
        yield []
        yield [words.text("compared")]
        yield [words.text(key) for key in ("section", "figure", "now", "before")]
        for each in report.changes:
            names = [words.section(each.section), words.column(each.column)]
            yield [*names, _plain(each.now), _plain(each.before)]


def _days(report: Report, words: Wording) -> Iterator[Line]:
    figures = ("planned", "judged", "present", "absent_shifts", "late", "occurrences")
    yield [words.text("by_day")]
    yield [words.text("day"), words.text("kind"), "", *(words.column(name) for name in figures)]
    for day in report.days:
        counts = (day.planned, day.judged, day.present, day.absent, day.late, day.occurrences)
        kind = words.code(day.kind)
        yield [str(day.day), kind, visible(day.name), *(str(count) for count in counts)]


def _section(section: Section, words: Wording) -> Iterator[Line]:
    heads = [words.text(key) for key in ("level", "team", "person", "name")]
    yield [*heads, *(words.column(column.name) for column in section.columns)]
    for level, rows in (("by_team", section.teams), ("by_person", section.people)):
        for row in rows:
            yield [words.text(level), *_whom(row, words), *_cells(section.columns, row.values)]
    yield [words.text("total"), "", "", "", *_cells(section.columns, section.total)]


def _whom(row: Row, words: Wording) -> Line:
    return [visible(row.team).strip() or words.text("no_team"), visible(row.code), visible(row.name).strip()]


def _listing(listing: Listing, words: Wording) -> Iterator[Line]:
    yield [words.column(column.name) for column in listing.columns]
    for row in listing.rows:
        yield [
            words.code(str(row[column.name])) if column.unit == "code" else _plain(row[column.name])
            for column in listing.columns
        ]


def _cells(columns: Iterable[Column], values: dict[str, Cell]) -> Line:
    return [_plain(values[column.name]) for column in columns]


def _plain(value: Cell) -> str:
    return "" if value is None else visible(str(value)).strip()
