"""The checklist at a terminal: what was meant, what is open, and asking for it question by question."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from typing import Any

from ccd.cli.incident_view import asked
from ccd.cli.session import CommandError, Exit, Session
from ccd.cli.words import Words
from ccd.incidents.checklist import (
    AnswerError,
    Question,
    Section,
    check,
    completeness,
    question,
    questions,
    shown,
)
from ccd.incidents.words import visible

__all__ = ["asked", "go_through", "list_lines", "meant", "save", "told"]


def meant(session: Session, given: list[str]) -> tuple[str, str, str]:
    """(incident, question, answer): the incident may be left out, as questions have names of their own."""
    if given and _is_question(given[0]):
        given = ["", *given]
    elif len(given) > 1 and not _is_question(given[1]):
        wrong = given[0] if len(given) == 2 else given[1]  # two words are a question and its answer
        raise CommandError(Exit.USAGE, session.words("details_unknown", question=visible(wrong[:40])))
    name, asked_for, *rest = [*given, "", ""]
    answer = " ".join(rest).strip()
    if asked_for and not answer:
        answer = sys.stdin.readline() if not sys.stdin.isatty() else ""
    if asked_for and not answer.strip():
        raise CommandError(Exit.USAGE, session.words("details_answer", question=visible(asked_for)))
    return name, asked_for, answer


def _is_question(name: str) -> bool:
    try:
        question(name)
    except AnswerError:
        return False
    return True


def save(session: Session, incident: Mapping[str, Any], name: str, answer: str, person: str) -> str:
    """Checked here as well, so that a mistake is told in the language of whoever made it."""
    try:
        kept = check(name, answer, str(incident["ladder"]))
    except AnswerError as error:
        raise CommandError(Exit.USAGE, error.text(session.words.language)) from None
    session.ask_once(
        "incident_act", act="detail", incident=incident["id"], question=name, value=kept, person=person
    )
    return kept


def told(incident: Mapping[str, Any]) -> dict[str, Any]:
    answers = incident["details"]["answers"]
    complete = completeness(answers, incident["ladder"])
    return {
        "complete": complete.total,
        "sections": dict(complete.sections),
        "questions": [
            {
                "question": each.id,
                "section": section.id,
                "en": each.en,
                "zh": each.zh,
                "kind": each.kind,
                "options": [option.code for option in each.options],
                "answer": answers.get(each.id, ""),
            }
            for section, each in _every(incident["ladder"])
        ],
    }


def _every(ladder: str) -> Iterator[tuple[Section, Question]]:
    return ((section, each) for section in questions(ladder) for each in section.questions)


def list_lines(incident: Mapping[str, Any], words: Words) -> Iterator[str]:
    """Every question with its name and what was answered, by section with its share."""
    chinese = words.language.startswith("zh")
    answers = incident["details"]["answers"]
    complete = completeness(answers, incident["ladder"])
    parts = dict(complete.sections)
    for section in questions(incident["ladder"]):
        yield f"{section.zh if chinese else section.en}  {100 * parts[section.id]:.0f}%"
        for each in section.questions:
            answer = answers.get(each.id, "")
            told = visible(shown(each.id, answer, words.language)) if answer else "-"
            yield f"  {each.id}  {each.zh if chinese else each.en}: {told}"
    yield words("details_done", part=f"{100 * complete.total:.0f}")


def go_through(session: Session, incident: Mapping[str, Any], person: str) -> None:
    """The open questions, one after the other; what cannot be taken is asked again."""
    words = session.words
    print(words("details_saved"))
    answers = dict(incident["details"]["answers"])
    heading = ""
    for section, each in _every(str(incident["ladder"])):
        if answers.get(each.id):
            continue
        title = section.zh if words.language.startswith("zh") else section.en
        if title != heading:
            heading = title
            print(f"\n== {title}")
        answer = _asked_until_good(session, incident, each, person)
        if answer is None:
            break
        answers[each.id] = answer
    print(words("details_done", part=f"{100 * completeness(answers, str(incident['ladder'])).total:.0f}"))


def _asked_until_good(
    session: Session, incident: Mapping[str, Any], each: Question, person: str
) -> str | None:
    """The answer as it was saved, "" where the question was skipped; None: no more questions."""
    for text in _prompt(each, session.words):
        print(text)
    while True:
        try:
            given = input("> ").strip()
        except EOFError:
            print()
            return None
        if given == ".":
            return None
        if not given:
            return ""
        try:
            return save(session, incident, each.id, _numbered(each, given), person)
        except CommandError as error:
            if error.code not in (Exit.USAGE, Exit.REFUSED):
                raise
            session.warn(str(error))


def _prompt(each: Question, words: Words) -> Iterator[str]:
    chinese = words.language.startswith("zh")
    hint = {"several": words("details_several"), "number": words("details_number")}.get(each.kind, "")
    yield f"{each.zh if chinese else each.en}{f' ({hint})' if hint else ''}"
    if each.options:
        yield "  " + "  ".join(
            f"{number} {option.zh if chinese else option.en}" for number, option in enumerate(each.options, 1)
        )


def _numbered(each: Question, given: str) -> str:
    """Where there are options their numbers will do: ``1,3``."""
    parts = given.replace("，", ",").replace("、", ",").split(",")
    if not each.options or not all(part.strip().isdecimal() for part in parts):
        return given
    numbers = [int(part) for part in parts]
    if not all(1 <= number <= len(each.options) for number in numbers):
        return given
    return ",".join(each.options[number - 1].code for number in numbers)
