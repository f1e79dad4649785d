"""What an analyst answered, as Python has it and as JSON: question -> {answer, comment, at_s}."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ccd.roster_cells import shown

__all__ = [
    "MAX_COMMENT",
    "NA",
    "NO",
    "YES",
    "Answer",
    "AnswerFault",
    "AnswersError",
    "decode",
    "encode",
]

YES = "yes"
NO = "no"
NA = "na"
MAX_COMMENT = 500
MAX_TEXT = 512 * 1024
MAX_AT_S = 24 * 3600
_KEYS = {"answer", "comment", "at_s"}


@dataclass(frozen=True)
class Answer:
    """``answer``: "yes", "no", "na", or points. ``at_s``: where in the recording the comment belongs."""

    answer: str | int
    comment: str = ""
    at_s: float | None = None


@dataclass(frozen=True)
class AnswerFault:
    """``question`` is its name, "" where it is about all. ``rule`` has its words in ``quality.words``."""

    question: str
    rule: str
    values: dict[str, str] = field(default_factory=dict)

    def named(self) -> dict[str, str]:
        """The values with the question, as the words want them."""
        return {"question": self.question, **self.values}


class AnswersError(ValueError):
    """Answers that cannot be taken; ``faults``: all that is wrong with them."""

    def __init__(self, faults: Iterable[AnswerFault]) -> None:
        self.faults = tuple(faults)
        super().__init__("; ".join(f"{fault.question}: {fault.rule}" for fault in self.faults))


def encode(answers: Mapping[str, Answer]) -> str:
    """In the order given; what is empty is left out."""
    return json.dumps({name: _plain(answer) for name, answer in answers.items()}, ensure_ascii=False)


def _plain(answer: Answer) -> dict[str, Any]:
    found: dict[str, Any] = {"answer": answer.answer}
    if answer.comment:
        found["comment"] = answer.comment
    if answer.at_s is not None:
        found["at_s"] = answer.at_s
    return found


def decode(text: str) -> dict[str, Answer]:
    """An answer may also stand alone: {"greeted": "yes", "tone": 4}. Raises AnswersError with every fault."""
    if len(text) > MAX_TEXT:
        raise AnswersError([AnswerFault("", "form_answers_unreadable")])
    try:
        table = json.loads(text, object_pairs_hook=_Pairs)
    except (ValueError, RecursionError):
        table = None
    if not isinstance(table, _Pairs):
        raise AnswersError([AnswerFault("", "form_answers_unreadable")])
    faults: list[AnswerFault] = []
    answers: dict[str, Answer] = {}
    for name, value in table:
        found = _answer(shown(name), value) if name not in answers else _fault(name, "form_answered_twice")
        if isinstance(found, AnswerFault):
            faults.append(found)
        else:
            answers[name] = found
    if faults:
        raise AnswersError(faults)
    return answers


class _Pairs(list[tuple[str, Any]]):
    """A JSON object, in which a key may stand twice."""


def _answer(name: str, value: Any) -> Answer | AnswerFault:
    table = dict(value) if isinstance(value, _Pairs) else {"answer": value}
    if not set(table) <= _KEYS or "answer" not in table:
        return _fault(name, "form_answer_keys")
    answer, comment, at_s = table["answer"], table.get("comment", ""), table.get("at_s")
    if isinstance(answer, bool) or not isinstance(answer, (str, int)):
        return _fault(name, "form_answer_kind")
    if not isinstance(comment, str) or len(comment) > MAX_COMMENT or not _clean(comment):
        return _fault(name, "form_comment", most=str(MAX_COMMENT))
    if at_s is not None and not (_number(at_s) and 0 <= at_s <= MAX_AT_S):
        return _fault(name, "form_time_mark")
    return Answer(answer, comment.strip(), None if at_s is None else float(at_s))


def _fault(name: str, rule: str, **values: str) -> AnswerFault:
    return AnswerFault(name, rule, values)


def _number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _clean(text: str) -> bool:
    """Nothing that would change how the text around it is shown."""
    return text.replace("\n", "").replace("\t", "").isprintable()
