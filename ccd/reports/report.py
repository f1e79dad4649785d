"""What a report holds: figures by team and person, lists, and what is not known. Also its form as JSON.

The unit of time is a tenth of a minute: each shift's time is rounded to it, so that every total is the sum of
what is shown above it. Shares are weighted by time, and made of what was not rounded.
"""

from __future__ import annotations

import hashlib
from datetime import UTC, date, datetime

import msgspec

from ccd.reports.periods import Period

__all__ = [
    "SCHEMA",
    "Cell",
    "Change",
    "Column",
    "DayFigures",
    "Gap",
    "Listing",
    "Report",
    "Row",
    "Section",
    "as_json",
    "figures_digest",
    "read_json",
]

SCHEMA = "ccd-report/1"

_NO_TIME = datetime(1970, 1, 1, tzinfo=UTC)

Cell = int | float | str | None


class Column(msgspec.Struct, frozen=True):
    """``unit``: count, days, minutes, share (1.0 is 100 %), average (minutes), text, code (a word of ours).

    A column that ``adds`` up: the total is the sum of the rows. ``detail``: not shown on the page.
    """

    name: str
    unit: str = "count"
    detail: bool = False
    parts: tuple[str, str] = ("", "")
    """Of a share or an average: what is divided by what."""

    @property
    def adds(self) -> bool:
        return self.unit in ("count", "days", "minutes")


class Row(msgspec.Struct, frozen=True):
    """Of a person, of a team (``code`` empty) or of all (``team`` empty, too)."""

    code: str
    name: str
    team: str
    values: dict[str, Cell]


class Section(msgspec.Struct, frozen=True):
    """``origin``: how many facts of which kind it was made of."""

    name: str
    origin: dict[str, int]
    columns: tuple[Column, ...]
    total: dict[str, Cell]
    teams: tuple[Row, ...]
    people: tuple[Row, ...]


class Listing(msgspec.Struct, frozen=True):
    name: str
    columns: tuple[Column, ...]
    rows: tuple[dict[str, Cell], ...]


class Gap(msgspec.Struct, frozen=True):
    """Something that this report cannot know, or that is not decided yet."""

    kind: str
    values: dict[str, Cell]


class DayFigures(msgspec.Struct, frozen=True):
    """``kind`` and ``name`` are the calendar's: workday, weekend, holiday, make_up."""

    day: date
    kind: str
    name: str
    planned: int
    judged: int
    present: int
    absent: int
    late: int
    occurrences: int


class Change(msgspec.Struct, frozen=True):
    """A figure of the total beside that of the period before."""

    section: str
    column: str
    unit: str
    now: Cell
    before: Cell


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """``revision``: 0, and one more each time it was made again since the figures had changed."""

    schema: str = SCHEMA
    kind: str
    period: str
    first: date
    last: date
    timezone: str
    made: datetime
    revision: int = 0
    facts: int
    gaps: tuple[Gap, ...]
    days: tuple[DayFigures, ...]
    sections: tuple[Section, ...]
    listings: tuple[Listing, ...]
    changes: tuple[Change, ...] = ()

    @property
    def span(self) -> Period:
        return Period(self.kind, self.first, self.last)

    def section(self, name: str) -> Section:
        return next(each for each in self.sections if each.name == name)

    def listing(self, name: str) -> Listing | None:
        return next((each for each in self.listings if each.name == name), None)


def as_json(report: Report) -> bytes:
    return msgspec.json.format(msgspec.json.encode(report), indent=1)


def read_json(data: bytes) -> Report:
    """Raises msgspec.MsgspecError for what is none, or of another schema."""
    report = msgspec.json.decode(data, type=Report)
    if report.schema != SCHEMA:
        raise msgspec.ValidationError(f"schema {report.schema!r}; this ccd reads {SCHEMA!r}")
    return report


def figures_digest(report: Report) -> str:
    """The same for the same figures, whenever the report was made."""
    told = msgspec.structs.replace(report, made=_NO_TIME, revision=0)
    return hashlib.sha256(msgspec.json.encode(told)).hexdigest()
