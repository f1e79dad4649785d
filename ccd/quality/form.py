"""A scoring form: sections with weights, questions with points, what fails a section or the whole call.

``form_parse`` makes one of a file, ``form_score`` scores by it. docs/forms.md describes the file.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import cached_property
from typing import Any

__all__ = ["CRITICAL", "POINTS", "YES_NO", "Form", "Question", "Section", "Text", "to_json"]

YES_NO = "yes_no"
POINTS = "points"
CRITICAL = ("", "section", "form")
"""What a "no" brings down besides its own points: nothing, its section, or the call as a whole."""


@dataclass(frozen=True)
class Text:
    """In both languages of ccd."""

    en: str
    zh: str

    def said(self, language: str) -> str:
        """``language``: zh_CN or en."""
        return self.zh if language.startswith("zh") else self.en


@dataclass(frozen=True)
class Question:
    """``name`` is unique in its form: answers are kept by it. ``points`` are the most it can give.

    ``kind``: yes_no, where "yes" gives the points and "no" none; or points, where one of ``options`` (in
    order, the last is ``points``) is given. ``na``: whether it may be answered with "na" (不适用).
    """

    name: str
    text: Text
    kind: str
    points: int
    options: tuple[int, ...] = ()
    na: bool = False
    critical: str = ""


@dataclass(frozen=True)
class Section:
    """``weight``: its share of the score, in percent, to a tenth. Those of a form add up to 100."""

    name: str
    title: Text
    weight: float
    questions: tuple[Question, ...]


@dataclass(frozen=True)
class Form:
    """``passing``: the score, out of 100, from which on a call passes."""

    name: str
    title: Text
    passing: float
    sections: tuple[Section, ...]

    @cached_property
    def version(self) -> str:
        """The first 12 hex digits of the SHA-256 of the form as JSON: another text is another version."""
        return hashlib.sha256(to_json(self).encode()).hexdigest()[:12]

    @cached_property
    def questions(self) -> dict[str, Question]:
        """By name, in the order of the form."""
        return {question.name: question for section in self.sections for question in section.questions}


def to_json(form: Form) -> str:
    """Canonical: the same form is the same text, byte by byte. ``form_parse.from_json`` reads it."""
    return json.dumps(_form(form), ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _form(form: Form) -> dict[str, Any]:
    return {
        "name": form.name,
        "title": _text(form.title),
        "passing": _number(form.passing),
        "section": [_section(section) for section in form.sections],
    }


def _section(section: Section) -> dict[str, Any]:
    return {
        "name": section.name,
        "title": _text(section.title),
        "weight": _number(section.weight),
        "question": [_question(question) for question in section.questions],
    }


def _question(question: Question) -> dict[str, Any]:
    found: dict[str, Any] = {
        "name": question.name,
        "text": _text(question.text),
        "kind": question.kind,
        "points": question.points,
        "na": question.na,
        "critical": question.critical,
    }
    if question.kind == POINTS:
        found["options"] = list(question.options)
    return found


def _text(text: Text) -> dict[str, str]:
    return {"en": text.en, "zh": text.zh}


def _number(value: float) -> int | float:
    return int(value) if value == int(value) else value
