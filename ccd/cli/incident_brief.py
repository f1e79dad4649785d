"""One line for an incident: in the banner of ``ccd status`` and in lists. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from rich.cells import cell_len
from rich.text import Text

from ccd.cli.cells import clock, fit, line, text_of
from ccd.cli.words import Words
from ccd.incidents.words import local_time, visible, word

__all__ = [
    "ALARM",
    "DRILL",
    "banner_lines",
    "clock_words",
    "list_lines",
    "local",
    "person_of",
    "phase_style",
    "phase_word",
    "table",
]

Row = Mapping[str, Any]

ALARM = "bold white on red"
DRILL = "bold white on magenta"
NEAR_S = 120.0
"""From here on the clock is shouted."""

_PHASES = {
    "live": "bold red",
    "police": ALARM,
    "called": "bold red",
    "attended": "bold yellow",
    "stood_down": "green",
    "closed": "bright_black",
}


def banner_lines(picture: Row, words: Words, width: int, elapsed: float) -> list[Text]:
    """A line for each open incident, whatever else there is to show: the real ones first."""
    found = [row for row in picture.get("incidents") or () if isinstance(row, Mapping) and row.get("open")]
    found.sort(key=lambda row: bool(row.get("drill")))
    return [_banner(row, words, width, elapsed) for row in found]


def _banner(row: Row, words: Words, width: int, elapsed: float) -> Text:
    drill = bool(row.get("drill"))
    name = word("ladder", text_of(row, "ladder"), words.language)
    title = words("incident_title_drill" if drill else "incident_title", ladder=name)
    parts = [title, phase_word(row, words)]
    clock_text, _ = clock_words(row, words, elapsed)
    if clock_text:
        parts.append(clock_text)
    if seat := text_of(row, "seat"):
        parts.append(f"{words('incident_seat')} {seat} {text_of(row, 'agent_name')}".rstrip())
    if number_shown := text_of(row, "caller_number"):
        parts.append(f"{words('incident_caller')} {number_shown}")
    saved = text_of(row, "saved")
    if saved and saved != "store":
        parts.append(word("where", saved, words.language))
    parts.append(text_of(row, "id"))
    return line(" " + "  ".join(parts), width=width, style=DRILL if drill else ALARM)


def phase_word(row: Row, words: Words) -> str:
    phase = text_of(row, "phase")
    return words(f"phase_{phase}") if phase in _PHASES else phase


def phase_style(row: Row) -> str:
    return _PHASES.get(text_of(row, "phase"), "")


def clock_words(row: Row, words: Words, elapsed: float) -> tuple[str, str]:
    """(text, style) of the clock to the police; "" where none runs."""
    left = row.get("clock_left_s")
    if not isinstance(left, int | float):
        return "", ""
    left -= elapsed
    if left <= 0:
        return words("clock_over", time=clock(-left)), ALARM
    return words("clock_left", time=clock(left)), ALARM if left <= NEAR_S else "bold red"


def person_of(row: Row) -> str:
    """``张三 (6001)``; what of it is known."""
    name, code = text_of(row, "name"), text_of(row, "code")
    return f"{name} ({code})" if name and code else name or code


def list_lines(rows: Sequence[Row], words: Words, timezone: str) -> list[str]:
    """A table, a row for each incident."""
    cells = [words("incident_columns").split("|")]
    for row in rows:
        clock_text, _ = clock_words(row, words, 0.0)
        ladder = word("ladder", text_of(row, "ladder"), words.language)
        cells.append(
            [
                local(text_of(row, "opened"), timezone)[:19],
                text_of(row, "id"),
                words("incident_title_drill", ladder=ladder) if row.get("drill") else ladder,
                phase_word(row, words),
                clock_text or "-",
                text_of(row, "seat") or "-",
                text_of(row, "caller_number") or "-",
                text_of(row, "outcome"),
            ]
        )
    return table(cells)


def table(cells: Sequence[Sequence[str]]) -> list[str]:
    """Columns as wide as they need to be, but for the last."""
    wide = [max(cell_len(row[column]) for row in cells) for column in range(len(cells[0]) - 1)]
    return [
        "  ".join([*(fit(cell, width) for cell, width in zip(row, wide, strict=False)), row[-1]]).rstrip()
        for row in cells
    ]


def local(moment: str, timezone: str) -> str:
    """A time of the picture in the site's zone; as it came where it is none."""
    try:
        return local_time(datetime.fromisoformat(moment), timezone)
    except (ValueError, OSError, KeyError):
        return visible(moment)
