"""Figures, headings and gaps as people read them, in one language."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

from ccd.incidents.words import visible
from ccd.reports.report import Cell, Column, Gap, Report, Section
from ccd.reports.words import CODES, COLUMNS, GAPS, LISTINGS, SECTIONS, TEXTS, WEEKDAYS, pick

__all__ = ["Wording"]


class Wording:
    """``language``: zh_CN or en."""

    def __init__(self, language: str) -> None:
        self.language = language
        self.chinese = language.startswith("zh")

    def text(self, key: str, **values: object) -> str:
        return pick(TEXTS, key, self.language).format_map(values)

    def section(self, name: str) -> str:
        return pick(SECTIONS, name, self.language)

    def listing(self, name: str) -> str:
        return pick(LISTINGS, name, self.language)

    def column(self, name: str) -> str:
        return pick(COLUMNS, name, self.language)

    def code(self, code: str) -> str:
        """A word of ours, or several with a space between; what has none is shown as it is."""
        parts = (pick(CODES, part, self.language) for part in code.split(" "))
        return visible(("、" if self.chinese else ", ").join(parts))

    def gap(self, gap: Gap) -> str:
        values = {name: self._value(name, value) for name, value in gap.values.items()}
        try:
            return pick(GAPS, gap.kind, self.language).format_map(values)
        except KeyError:
            return gap.kind

    def _value(self, name: str, value: Cell) -> str:
        if name == "policy":
            return self.section(str(value))
        if isinstance(value, float):
            return f"{value:,.1f}"
        return visible(str(value))

    def title(self, report: Report) -> str:
        return self.text(report.kind)

    def days(self, report: Report) -> str:
        first = f"{report.first} {self.weekday(report.first)}"
        if report.first == report.last:
            return first
        return self.text("days", first=first, last=f"{report.last} {self.weekday(report.last)}")

    def made(self, report: Report) -> str:
        at = report.made.astimezone(ZoneInfo(report.timezone))
        return self.text("made", at=f"{at:%Y-%m-%d %H:%M} ({report.timezone})")

    def weekday(self, day: date) -> str:
        return WEEKDAYS[day.isoweekday() - 1][self.chinese]

    def origin(self, section: Section, report: Report) -> str:
        """What the figures of a section were made of."""
        count = sum(section.origin.values())
        if not count:
            return self.text("no_facts")
        kinds = ("、" if self.chinese else ", ").join(
            f"{self.code(kind)} {number:,}" for kind, number in section.origin.items() if number
        )
        return self.text("origin", count=f"{count:,}", first=report.first, last=report.last, kinds=kinds)

    def cell(self, column: Column, value: Cell) -> str:
        """A share as percent; nothing known is a dash."""
        if value is None:
            return "–"
        if value == 0 and column.adds:
            return "0"
        match column.unit:
            case "share":
                return f"{float(value) * 100:.1f}%"
            case "minutes" | "average" | "days":
                return f"{float(value):,.1f}"
            case "code":
                return self.code(str(value))
            case "text":
                return visible(str(value))
        return f"{value:,}"
