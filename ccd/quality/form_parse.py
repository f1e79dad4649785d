"""A form out of its file (TOML), or out of the store (JSON): read strictly, every fault named."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterable
from typing import Any

from ccd.config_faults import ConfigError, Fault
from ccd.quality.form import CRITICAL, POINTS, YES_NO, Form, Question, Section, Text
from ccd.roster_cells import shown

__all__ = ["MAX_BYTES", "MAX_QUESTIONS", "MAX_SECTIONS", "FormError", "from_json", "parse"]

MAX_BYTES = 256 * 1024
MAX_SECTIONS = 10
MAX_QUESTIONS = 130
"""Of a form. QueueMetrics has the same bounds; nobody scores more while a call is played."""
MAX_POINTS = 100
TITLE = 80
TEXT = 400
_NAME = re.compile(r"[a-z][a-z0-9_]{0,31}")
_FORM = ("name", "title", "passing", "section")
_SECTION = ("name", "title", "weight", "question")
_QUESTION = ("name", "text", "kind", "points", "options", "na", "critical")
PASSING = 60
"""Out of 100: manual.md, "Quality"."""

Table = dict[str, Any]


class FormError(ConfigError):
    """A form that cannot be used. ``faults``: all of them, each with the file, the place and the mend."""


def parse(data: bytes, filename: str) -> Form:
    """The form of a TOML file. Raises FormError with every fault."""
    if len(data) > MAX_BYTES:
        raise FormError(Fault(filename, "", "too_big", {"limit": MAX_BYTES}))
    try:
        table = tomllib.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise FormError(Fault(filename, "", "not_utf8", {"byte": error.start})) from None
    except (ValueError, RecursionError) as error:  # tomllib's own, and what int() will not take
        raise FormError(Fault(filename, "", "not_toml", {"error": str(error)})) from None
    return _Reader(filename).form(table)


def from_json(text: str, filename: str = "form") -> Form:
    """The form that ``to_json`` wrote. Raises FormError."""
    try:
        table = json.loads(text)
    except (ValueError, RecursionError):
        table = None
    if not isinstance(table, dict):
        raise FormError(Fault(filename, "", "form_json"))
    return _Reader(filename).form(table)


class _Reader:
    """Goes through the tables, takes what it can and keeps a list of what is wrong."""

    def __init__(self, filename: str) -> None:
        self._filename = filename
        self._faults: list[Fault] = []
        self._questions: set[str] = set()

    def form(self, table: Table) -> Form:
        self._keys(table, _FORM, "")
        name = self._name(table, "")
        title = self._text(table, "title", "", TITLE)
        passing = self._tenths(table, "passing", "", 0, PASSING)
        tables = self._tables(table, "section", "", MAX_SECTIONS)
        sections = [self._section(one, f"section {number}") for number, one in enumerate(tables, 1)]
        self._twice("section", sections)
        if sum(len(section.questions) for section in sections) > MAX_QUESTIONS:
            self._add("", "form_too_many", most=MAX_QUESTIONS, what="[[section.question]]")
        if tables:
            self._weights(sections)
        if self._faults:
            raise FormError(*self._faults)
        return Form(name, title, passing, tuple(sections))

    def _section(self, table: Table, place: str) -> Section:
        place = _named(place, table)
        self._keys(table, _SECTION, place)
        name = self._name(table, place)
        title = self._text(table, "title", place, TITLE)
        weight = self._tenths(table, "weight", place, 0.1, None)
        tables = self._tables(table, "question", place, MAX_QUESTIONS)
        questions = [
            self._question(one, _within(place, f"question {number}")) for number, one in enumerate(tables, 1)
        ]
        return Section(name, title, weight, tuple(questions))

    def _question(self, table: Table, place: str) -> Question:
        place = _named(place, table)
        self._keys(table, _QUESTION, place)
        name = self._name(table, place)
        if name in self._questions:
            self._add(_within(place, "name"), "form_twice", name=name)
        if name:
            self._questions.add(name)
        text = self._text(table, "text", place, TEXT)
        kind = self._one_of(table, "kind", place, (YES_NO, POINTS), YES_NO)
        points = self._points(table, place, kind)
        options = self._options(table, place, kind, points)
        critical = self._one_of(table, "critical", place, CRITICAL, "")
        if critical and kind == POINTS:
            self._add(_within(place, "critical"), "form_critical")
        na = table.get("na", False)
        if not isinstance(na, bool):
            self._add(_within(place, "na"), "yes_or_no")
            na = False
        return Question(name, text, kind, points, options, na, critical)

    def _points(self, table: Table, place: str, kind: str) -> int:
        points = table.get("points", 1 if kind == YES_NO else None)
        if isinstance(points, int) and not isinstance(points, bool) and 1 <= points <= MAX_POINTS:
            return points
        self._add(_within(place, "points"), "form_points", most=MAX_POINTS)
        return 0

    def _options(self, table: Table, place: str, kind: str, points: int) -> tuple[int, ...]:
        given = table.get("options")
        if kind != POINTS:
            if given is not None:
                self._add(_within(place, "options"), "form_no_options")
            return ()
        if given is None:
            return tuple(range(points + 1))
        whole = isinstance(given, list) and all(map(_whole, given))
        if not whole or (points and not _fits(given, points)):
            self._add(_within(place, "options"), "form_options", points=points or "points")
            return ()
        return tuple(given)

    def _weights(self, sections: Iterable[Section]) -> None:
        """In tenths, for 33.3 + 33.3 + 33.4 is 100. Where one has a fault of its own, that is told alone."""
        tenths = [round(section.weight * 10) for section in sections]
        if all(tenths) and sum(tenths) != 1000:
            self._add("section", "form_weights", found=f"{sum(tenths) / 10:g}")

    def _twice(self, what: str, sections: Iterable[Section]) -> None:
        seen: set[str] = set()
        for number, section in enumerate(sections, 1):
            if section.name in seen:
                place = f"{what} {number} ({section.name}), name"
                self._add(place, "form_twice", name=section.name)
            if section.name:
                seen.add(section.name)

    # --- single values ------------------------------------------------------------------------------------

    def _add(self, place: str, code: str, **words: Any) -> None:
        self._faults.append(Fault(self._filename, place, code, words))

    def _keys(self, table: Table, known: tuple[str, ...], place: str) -> None:
        for key in table:
            if key not in known:
                self._add(_within(place, shown(key)), "form_unknown_key", known=", ".join(known))

    def _name(self, table: Table, place: str) -> str:
        name = table.get("name")
        if isinstance(name, str) and _NAME.fullmatch(name):
            return name
        self._add(_within(place, "name"), "form_name")
        return ""

    def _text(self, table: Table, key: str, place: str, most: int) -> Text:
        given = table.get(key)
        if not isinstance(given, dict) or set(given) != {"en", "zh"}:
            self._add(_within(place, key), "form_text", key=key)
            return Text("", "")
        for language, text in given.items():
            if not isinstance(text, str) or not text.strip() or len(text) > most or not text.isprintable():
                self._add(_within(place, f"{key}.{language}"), "form_words", most=most)
        return Text(str(given["en"]), str(given["zh"]))

    def _tenths(self, table: Table, key: str, place: str, least: float, default: float | None) -> float:
        """Out of 100, to a tenth; 0 where it is not that, which is then a fault."""
        given = table.get(key, default)
        if isinstance(given, (int, float)) and not isinstance(given, bool) and least <= given <= 100:
            tenths = round(given * 10)
            if abs(given * 10 - tenths) < 1e-9:
                return tenths / 10
        self._add(_within(place, key), "form_percent", least=f"{least:g}")
        return 0.0

    def _one_of(self, table: Table, key: str, place: str, known: tuple[str, ...], default: str) -> str:
        given = table.get(key, default)
        if isinstance(given, str) and given in known:
            return given
        self._add(_within(place, key), "one_of", expected=", ".join(f'"{one}"' for one in known))
        return default

    def _tables(self, table: Table, key: str, place: str, most: int) -> list[Table]:
        given = table.get(key)
        path = "[[section]]" if key == "section" else "[[section.question]]"
        if not isinstance(given, list) or not given or not all(isinstance(one, dict) for one in given):
            self._add(_within(place, key), "form_none", what=path)
            return []
        if len(given) > most:
            self._add(_within(place, key), "form_too_many", most=most, what=path)
            return []
        return given


def _within(place: str, part: str) -> str:
    return f"{place}, {part}" if place else part


def _named(place: str, table: Table) -> str:
    name = table.get("name")
    return f"{place} ({name})" if isinstance(name, str) and _NAME.fullmatch(name) else place


def _whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _fits(options: list[int], points: int) -> bool:
    return options == sorted(set(options)) and len(options) > 1 and options[0] >= 0 and options[-1] == points
