"""A form at the terminal: question by question, by keyboard alone; or the answers out of a file."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from ccd.cli.forms import question_text
from ccd.cli.session import CommandError, Exit, Session

if TYPE_CHECKING:
    from ccd.quality.answers import Answer, AnswerFault
    from ccd.quality.form import Form, Question

__all__ = ["ask_form", "check_answers", "read_answers", "typed"]

_SHORT = {"y": "yes", "是": "yes", "n": "no", "否": "no", "不适用": "na"}
_MARK = re.compile(r"[@＠](?:(\d{1,2})[:：])?(\d{1,3})[:：]([0-5]\d)(?=\s|$)")


def read_answers(session: Session, file: str) -> dict[str, Answer]:
    """Of a JSON file; ``-`` is standard input. Raises CommandError, naming each question at fault."""
    from ccd.quality.answers import MAX_TEXT, AnswersError, decode

    limit = 4 * MAX_TEXT
    try:
        if file == "-":
            text = sys.stdin.read(limit)
        else:
            with Path(file).open("rb") as stream:
                text = stream.read(limit).decode("utf-8-sig")
    except UnicodeDecodeError:
        text = ""
    try:
        return decode(text)
    except AnswersError as error:
        raise _told(session, error.faults) from None


def check_answers(session: Session, form: Form, answers: Mapping[str, Answer]) -> None:
    """Raises CommandError with everything that is wrong, each naming its question."""
    from ccd.quality.form_score import check

    faults = check(form, answers)
    if faults:
        raise _told(session, faults)


def _told(session: Session, faults: list[AnswerFault] | tuple[AnswerFault, ...]) -> CommandError:
    from ccd.rules import say

    language = session.words.language
    lines = [say(fault.rule, fault.named(), language) for fault in faults]
    return CommandError(Exit.USAGE, "\n".join(lines))


def ask_form(session: Session, form: Form, before: Mapping[str, Answer]) -> dict[str, Answer] | None:
    """``before``: what was answered, for an empty line to keep. None: given up, nothing is kept."""
    words = session.words
    print(words("scoring_keys"))
    answers = dict(before)
    names = list(form.questions)
    place = {question.name: section for section in form.sections for question in section.questions}
    number, heading = 0, ""
    while number < len(names):
        question = form.questions[names[number]]
        section = place[question.name]
        if section.name != heading:
            heading = section.name
            print(f"\n== {section.title.said(words.language)} ({section.weight:g}%)")
        print(f"{number + 1}/{len(names)} {question_text(session, question)}")
        given = _input(_shown(answers.get(question.name)))
        if given is None or given == ".":
            return None
        if given == "<":
            number = max(number - 1, 0)
        elif (not given and question.name in answers) or _take(session, question, given, answers):
            number += 1
    return answers


def _take(session: Session, question: Question, given: str, answers: dict[str, Answer]) -> bool:
    from ccd.quality.form_score import check_one
    from ccd.rules import say

    answer = typed(given)
    fault = check_one(question, answer)
    if fault is not None:
        session.warn(say(fault.rule, fault.named(), session.words.language))
        return False
    answers[question.name] = answer
    return True


def typed(text: str) -> Answer:
    """``no @1:23 gave no name``: the answer, where in the recording, and a comment. Both may be left out."""
    from ccd.quality.answers import MAX_COMMENT, Answer

    first, _, rest = text.strip().partition(" ")
    word = _SHORT.get(first.casefold(), first.casefold())
    given: str | int = int(word) if re.fullmatch(r"[0-9]{1,3}", word) else word
    rest = rest.strip()
    at_s = None
    if mark := _MARK.match(rest):
        hours, minutes, seconds = (int(part or 0) for part in mark.groups())
        at_s = float(3600 * hours + 60 * minutes + seconds)
        rest = rest[mark.end() :].strip()
    clean = "".join(letter for letter in rest if letter.isprintable())
    return Answer(given, clean[:MAX_COMMENT], at_s)


def _shown(answer: Answer | None) -> str:
    return "> " if answer is None else f"[{answer.answer}] > "


def _input(prompt: str) -> str | None:
    try:
        return input(prompt).strip()
    except EOFError:
        print()
        return None
