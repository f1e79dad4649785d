"""The papers of an incident, made of its facts alone: timeline, checklist. ``report_page`` is to be read.

The same facts give the same bytes, whenever and wherever they are made.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec

from ccd.events.incidents import DetailGiven, IncidentFact, IncidentOpened
from ccd.incidents.checklist import completeness, known, questions, shown
from ccd.incidents.wording import line, who
from ccd.incidents.words import local_time, visible

__all__ = [
    "COLUMNS",
    "Answer",
    "Problem",
    "answers",
    "checklist_paper",
    "in_order",
    "problem_text",
    "safe_cell",
    "timeline",
    "timeline_csv",
]

Names = Mapping[str, str]
COLUMNS = ("n", "at_utc", "at_local", "type", "who", "name", "zh", "en")
_FORMULA = frozenset("=+-@|%＝＋－＠\t\r\n")

# code → (English, Chinese)
_PROBLEMS: Mapping[str, tuple[str, str]] = {
    "missing": ("the copy is not in the evidence folder any more", "证据文件夹中已没有该副本"),
    "unreadable": ("the copy cannot be read", "该副本无法读取"),
    "changed": (
        "the copy is not what was kept: its SHA-256 was another",
        "该副本与保存时不同：SHA-256 不一致",
    ),
    "outside": (
        "it lies outside the incident's evidence folder; not put in",
        "不在本事件的证据文件夹内，未放入",
    ),
    "not_copied": ("no copy of it could be made", "未能制作副本"),
    "not_final": ("only a copy made while it was growing was kept", "仅保存了录制过程中的副本"),
    "not_recorded": (
        "it lay in the evidence folder, and no record names it",
        "位于证据文件夹内，但没有任何记录提及",
    ),
}


class Problem(msgspec.Struct, frozen=True):
    """``code`` is a key of what ``problem_text`` knows; ``what`` the file, ``detail`` an error."""

    code: str
    what: str
    detail: str = ""


class Answer(msgspec.Struct, frozen=True):
    """``by_pbx``: nobody gave it, the call's facts did."""

    answer: str
    at: datetime
    by: str
    by_pbx: bool = False


def problem_text(problem: Problem, language: str) -> str:
    chinese = language.startswith("zh")
    text = _PROBLEMS[problem.code][chinese]
    detail = f"（{visible(problem.detail)}）" if chinese else f" ({visible(problem.detail)})"
    return f"{visible(problem.what)}{'：' if chinese else ': '}{text}{detail if problem.detail else ''}"


def in_order(facts: Sequence[IncidentFact]) -> tuple[IncidentOpened, list[IncidentFact]]:
    """The report and all facts by number. Raises ValueError for facts that are no whole incident."""
    ordered = sorted(facts, key=lambda fact: fact.n)
    if not ordered or not isinstance(ordered[0], IncidentOpened):
        raise ValueError("an incident begins with its report; that fact is missing")
    opened = ordered[0]
    for number, fact in enumerate(ordered, start=1):
        if fact.incident != opened.incident:
            raise ValueError(f"facts of two incidents: {opened.incident} and {fact.incident}")
        if fact.n != number:
            raise ValueError(f"{opened.incident}: fact {number} is missing, or stands twice")
    return opened, ordered


def timeline(facts: Sequence[IncidentFact], timezone: str, names: Names) -> list[dict[str, Any]]:
    return [
        {
            "n": fact.n,
            "at_utc": fact.at.astimezone(UTC).isoformat(timespec="milliseconds"),
            "at_local": local_time(fact.at, timezone),
            "type": type(fact).__name__,
            "who": visible(who(fact)),
            "name": visible(names.get(who(fact), "")),
            "zh": line(fact, "zh", names),
            "en": line(fact, "en", names),
        }
        for fact in facts
    ]


def timeline_csv(rows: Sequence[Mapping[str, Any]]) -> str:
    """For a spreadsheet: begins with a byte-order mark, and no cell of it is a formula."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    writer.writerows([safe_cell(row[column]) for column in COLUMNS] for row in rows)
    return "\ufeff" + out.getvalue()


def safe_cell(value: object) -> str:
    """A cell that a spreadsheet shows and never computes."""
    text = visible(str(value))
    return f"'{text}" if text.strip()[:1] in _FORMULA and text.strip() else text


def answers(facts: Sequence[IncidentFact], timezone: str) -> dict[str, list[Answer]]:
    """By question, the latest last: it stands. What the PBX knew comes before anything that was said."""
    found: dict[str, list[Answer]] = {}
    opened, ordered = in_order(facts)
    if opened.ladder == "threat":
        for name, text in known(opened.facts, timezone).items():
            found[name] = [Answer(text, opened.at, "", True)]
    for fact in ordered:
        if isinstance(fact, DetailGiven):
            found.setdefault(fact.question, []).append(Answer(fact.answer, fact.at, fact.by))
    return found


def checklist_paper(facts: Sequence[IncidentFact], timezone: str, names: Names) -> dict[str, Any]:
    """Every question in both languages with all of its answers, also those that were replaced."""
    opened, _ = in_order(facts)
    given = answers(facts, timezone)
    complete = completeness({name: each[-1].answer for name, each in given.items()}, opened.ladder)
    asked = [each.id for section in questions(opened.ladder) for each in section.questions]
    return {
        "ladder": opened.ladder,
        "complete": round(complete.total, 4),
        "sections": [
            {
                "id": section.id,
                "zh": section.zh,
                "en": section.en,
                "complete": round(dict(complete.sections)[section.id], 4),
                "questions": [
                    {"id": each.id, "zh": each.zh, "en": each.en}
                    | {"answers": [_row(each.id, answer, names) for answer in given.get(each.id, [])]}
                    for each in section.questions
                ],
            }
            for section in questions(opened.ladder)
        ],
        "other": [
            {"id": name, "answers": [_row(name, answer, names) for answer in each]}
            for name, each in given.items()
            if name not in asked
        ],
    }


def _row(name: str, answer: Answer, names: Names) -> dict[str, Any]:
    return {
        "answer": answer.answer,
        "zh": shown(name, answer.answer, "zh"),
        "en": shown(name, answer.answer, "en"),
        "at_utc": answer.at.astimezone(UTC).isoformat(timespec="milliseconds"),
        "by": answer.by,
        "name": names.get(answer.by, ""),
        "from_pbx": answer.by_pbx,
    }
