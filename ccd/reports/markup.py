"""Cells and tables of a report's page; every text that is not ours is escaped here."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence

from ccd.incidents.words import visible
from ccd.reports.charts import bar
from ccd.reports.report import Cell, Column
from ccd.reports.wording import Wording

__all__ = ["number", "numbers", "table", "text", "who"]

MARKED = ("absent", "absent_shifts", "violations", "absences", "empty_seat")
"""Figures that stand out where they are not zero."""


def who(said: str) -> str:
    """A cell that says whom or what a row is about."""
    return f'<td class="who">{text(said)}</td>'


def table(said: Sequence[str], figures: Sequence[str], rows: Sequence[str], foot: str) -> str:
    heads = "".join(f'<th class="who">{text(name)}</th>' for name in said)
    heads += "".join(f"<th>{text(name)}</th>" for name in figures)
    foot = f"<tfoot>{foot}</tfoot>" if foot else ""
    return f"<table><thead><tr>{heads}</tr></thead><tbody>{''.join(rows)}</tbody>{foot}</table>"


def numbers(columns: Sequence[Column], values: Mapping[str, Cell], words: Wording) -> str:
    return "".join(number(column, values[column.name], words) for column in columns)


def number(column: Column, value: Cell, words: Wording) -> str:
    shown = text(words.cell(column, value))
    if not value:
        return f'<td class="none">{shown}</td>'
    if column.unit == "share":
        return f'<td class="share">{bar(float(value))}{shown}</td>'
    return f'<td class="bad">{shown}</td>' if column.name in MARKED else f"<td>{shown}</td>"


def text(said: str) -> str:
    """Escaped, without control characters, and in a direction of its own where it may need one."""
    if said.isascii() and said.isalnum():
        return said
    escaped = html.escape(visible(said))
    return escaped if said.isascii() else f"<bdi>{escaped}</bdi>"
