"""The small parts of the terminal view: texts of an exact width, times, and how each state looks.

Widths are terminal cells: a Chinese character takes two. No character is used whose width depends on the
terminal's East Asian setting (frames, dots, arrows), so columns stay straight everywhere. Each state has a
letter of its own besides its colour.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from rich.cells import cell_len, set_cell_size
from rich.text import Text

from ccd.cli.words import Words

__all__ = ["LOOKS", "Look", "badge", "clip", "clock", "fit", "line", "looks_of", "number", "text_of"]


class Look(NamedTuple):
    """``english`` is one cell wide, ``chinese`` two; ``word`` is its key in the catalogue."""

    english: str
    chinese: str
    style: str
    word: str


LOOKS: dict[str, Look] = {
    "ready": Look("R", "闲", "black on green", "state_ready"),
    "ringing": Look("!", "振", "bold black on yellow", "state_ringing"),
    "talking": Look("T", "通", "bold white on blue", "state_talking"),
    "hold": Look("H", "保", "black on cyan", "state_hold"),
    "wrap_up": Look("W", "后", "white on magenta", "state_wrap_up"),
    "paused": Look("P", "休", "yellow", "state_paused"),
    "unavailable": Look("X", "断", "red", "state_unavailable"),
    "logged_off": Look("-", "离", "bright_black", "state_logged_off"),
    "unknown": Look("?", "？", "bold white on red", "state_unknown"),
}


def looks_of(state: object) -> Look:
    return LOOKS.get(str(state), LOOKS["unknown"])


def badge(state: object, words: Words) -> tuple[str, str]:
    """(text, style): a coloured cell with the state's letter, three wide in English, four in Chinese."""
    look = looks_of(state)
    return f" {look.chinese if words.language == 'zh_CN' else look.english} ", look.style


def text_of(row: Mapping[str, Any], key: str) -> str:
    """A field as one line of printable text; "" where it is missing."""
    value = row.get(key)
    text = "" if value is None else str(value)
    return text if text.isprintable() else "".join(mark if mark.isprintable() else " " for mark in text)


def number(row: Mapping[str, Any], key: str) -> float:
    """A field as a number; 0 where it is missing or none."""
    value = row.get(key)
    return float(value) if isinstance(value, int | float) else 0.0


def clip(text: str, width: int) -> str:
    """At most so many cells."""
    return text if cell_len(text) <= width else set_cell_size(text, max(width, 0)).rstrip()


def fit(text: str, width: int, *, right: bool = False) -> str:
    """Exactly so many cells."""
    if width <= 0:
        return ""
    text = clip(text, width)
    padding = " " * (width - cell_len(text))
    return padding + text if right else text + padding


def clock(seconds: float) -> str:
    """A duration in five cells at most: ``4:07``, ``59:59``, ``23h59``, ``6d23h``, ``99d``."""
    whole = max(int(seconds), 0)
    if whole < 3600:
        return f"{whole // 60}:{whole % 60:02}"
    if whole < 86400:
        return f"{whole // 3600}h{whole % 3600 // 60:02}"
    if whole < 10 * 86400:
        return f"{whole // 86400}d{whole % 86400 // 3600:02}h"
    return f"{min(whole // 86400, 9999)}d"


def line(*parts: tuple[str, str] | str, width: int, style: str = "") -> Text:
    """One line of exactly ``width`` cells, of (text, style) parts."""
    text = Text(style=style, no_wrap=True)
    for part in parts:
        text.append(part) if isinstance(part, str) else text.append(*part)
    if cell_len(text.plain) > width:
        text.truncate(width)
    text.append(" " * (width - cell_len(text.plain)))
    return text
