"""What is asked of whoever heard the threat, and how much of it has been answered.

Every answer is saved as it is given, as text: a code for a choice, codes with commas between them for
several, a plain number, or the text itself. ``unknown`` answers a choice or a number: it was asked, and
nobody can say.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime

import msgspec

from ccd.events.incidents import CallFacts
from ccd.incidents.checklist_questions import GENERIC, THREAT, Option, Question, Section
from ccd.incidents.words import local_time, visible

__all__ = [
    "TEXT_LIMIT",
    "AnswerError",
    "Completeness",
    "Question",
    "Section",
    "check",
    "completeness",
    "known",
    "question",
    "questions",
    "shown",
]

TEXT_LIMIT = 4_000
UNKNOWN = "unknown"
_UNKNOWN_WORDS = frozenset({UNKNOWN, "not known", "不清楚", "不详", "未知"})
_BETWEEN = re.compile(r"[,，、;；\n]+")
_NUMBER = re.compile(r"[0-9]{1,9}(\.[0-9]{1,2})?")
_BY_ID = {each.id: each for section in (*THREAT, *GENERIC) for each in section.questions}


class AnswerError(ValueError):
    """An answer that cannot be taken, in words for whoever gave it; ``str`` is the English text."""

    def __init__(self, en: str, zh: str) -> None:
        super().__init__(en)
        self.en = en
        self.zh = zh

    def text(self, language: str) -> str:
        return self.zh if language.startswith("zh") else self.en


class Completeness(msgspec.Struct, frozen=True):
    """``total`` and the sections' parts are weighted, 0 to 1."""

    questions: tuple[tuple[str, bool], ...]
    sections: tuple[tuple[str, float], ...]
    total: float


def questions(ladder: str) -> tuple[Section, ...]:
    """The checklist of a ladder, in the order in which it is asked."""
    return THREAT if ladder == "threat" else GENERIC


def question(name: str, ladder: str = "") -> Question:
    """The question of that id, of this ladder's checklist where one is named. Raises AnswerError."""
    found = _BY_ID.get(name)
    if found is None or (ladder and found not in _all(questions(ladder))):
        short = visible(name if len(name) <= 40 else name[:40] + "…")
        raise AnswerError(
            f"question {short!r}: the checklist has none of this name; `questions` lists them",
            f"问题 {short!r}：检查单中没有这个问题",
        )
    return found


def check(name: str, answer: str, ladder: str = "") -> str:
    """The answer as it is kept. A choice may be given by its code or in the words of either language.

    Raises AnswerError, which names the question and the mend.
    """
    asked = question(name, ladder)
    if len(answer) > TEXT_LIMIT:
        raise AnswerError(
            f"{asked.id}: {len(answer)} characters; at most {TEXT_LIMIT}: put the rest into a note",
            f"{asked.zh}：有 {len(answer)} 个字符，最多 {TEXT_LIMIT} 个；其余请写入备注",
        )
    text = visible(answer, lines=True).strip()
    if not text:
        raise AnswerError(
            f"{asked.id}: the answer is empty; write what is known, or `unknown`",
            f"{asked.zh}：答案为空；请写下已知的情况，或写“不清楚”",
        )
    if asked.kind == "choice":
        return _code(asked, text)
    if asked.kind == "several":
        return _codes(asked, text)
    return _number(asked, text) if asked.kind == "number" else text


def completeness(answers: Mapping[str, str], ladder: str = "threat") -> Completeness:
    """How much of a ladder's checklist is answered; ids of other questions count for nothing."""
    parts, each, done, of = [], [], 0, 0
    for section in questions(ladder):
        answered = [bool(answers.get(asked.id, "").strip()) for asked in section.questions]
        weights = [asked.weight for asked in section.questions]
        got = sum(weight for weight, has in zip(weights, answered, strict=True) if has)
        each += [(asked.id, has) for asked, has in zip(section.questions, answered, strict=True)]
        parts.append((section.id, got / sum(weights)))
        done, of = done + got, of + sum(weights)
    return Completeness(tuple(each), tuple(parts), done / of)


def known(facts: CallFacts, timezone: str) -> dict[str, str]:
    """What the PBX answers by itself of the threat's checklist. Its answers give way to a person's."""
    began = facts.started
    found = {
        "call.time": local_time(began, timezone) if isinstance(began, datetime) else "",
        "call.number_shown": visible(facts.caller_number),
        "call.line": visible(" ".join(filter(None, (facts.called_number, facts.trunk)))),
        "customer.facts": visible(facts.customer),
    }
    return {name: text[:TEXT_LIMIT] for name, text in found.items() if text.strip()}


def shown(name: str, answer: str, language: str) -> str:
    """A kept answer in words: codes become the words of their options."""
    asked = _BY_ID.get(name)
    chinese = language.startswith("zh")
    if asked is None or asked.kind == "text":
        return answer
    words = {option.code: option.zh if chinese else option.en for option in asked.options}
    words.setdefault(UNKNOWN, "不清楚" if chinese else "not known")
    return ("、" if chinese else ", ").join(words.get(code, code) for code in answer.split(","))


def _all(sections: tuple[Section, ...]) -> Iterator[Question]:
    return (asked for section in sections for asked in section.questions)


def _code(asked: Question, text: str) -> str:
    wanted = text.casefold()
    for option in asked.options:
        if wanted in (option.code, option.zh, option.en.casefold()):
            return option.code
    if wanted in _UNKNOWN_WORDS:
        return UNKNOWN
    short = text if len(text) <= 40 else text[:40] + "…"
    raise AnswerError(
        f"{asked.id}: {visible(short)!r} is none of {', '.join(option.code for option in asked.options)}",
        f"{asked.zh}：{visible(short)!r} 不在选项中：{'、'.join(option.zh for option in asked.options)}",
    )


def _codes(asked: Question, text: str) -> str:
    """In the order of the options, each once."""
    given = {_code(asked, part) for part in map(str.strip, _BETWEEN.split(text)) if part}
    if UNKNOWN in given and len(given) > 1:
        raise AnswerError(
            f"{asked.id}: `unknown` stands alone, or not at all",
            f"{asked.zh}：“不清楚”不能与其他选项同时选择",
        )
    if not given:
        raise AnswerError(f"{asked.id}: the answer is empty", f"{asked.zh}：答案为空")
    return ",".join(option.code for option in _ordered(asked.options, given))


def _ordered(options: tuple[Option, ...], given: set[str]) -> Iterator[Option]:
    return (option for option in options if option.code in given)


def _number(asked: Question, text: str) -> str:
    if text.casefold() in _UNKNOWN_WORDS:
        return UNKNOWN
    plain = text.translate(_HALF_WIDTH)
    if not _NUMBER.fullmatch(plain) or not asked.low <= float(plain) <= asked.high:
        short = visible(text if len(text) <= 40 else text[:40] + "…")
        bounds = f"{asked.low:g} - {asked.high:g}"
        raise AnswerError(
            f"{asked.id}: {short!r} is no number of {bounds}; digits only, or `unknown`",
            f"{asked.zh}：{short!r} 不是 {bounds} 之间的数字；请只写数字，或写“不清楚”",
        )
    return f"{float(plain):.2f}".rstrip("0").rstrip(".")


_HALF_WIDTH = str.maketrans("０１２３４５６７８９．", "0123456789.")
