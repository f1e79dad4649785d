"""Answers to the questions of a form, what is wrong with them, and the score they give.

Exact to the last digit on every machine: counted in fractions, rounded once, half up, to a tenth.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from ccd.quality.answers import NA, NO, YES, Answer, AnswerFault, AnswersError
from ccd.quality.form import YES_NO, Form, Question, Section

__all__ = ["Scored", "check", "check_one", "score"]


@dataclass(frozen=True)
class Scored:
    """``score`` out of 100, to a tenth. ``failed``: critical questions answered with no, in the order of the
    form. ``sections``: name -> 0..100; one whose questions are all "na" is left out.
    """

    score: float
    passed: bool
    failed: tuple[str, ...]
    sections: dict[str, float]


def check(form: Form, answers: Mapping[str, Answer]) -> list[AnswerFault]:
    """Everything that is wrong, in the order of the form; each names its question."""
    faults = [
        AnswerFault(name, "form_unknown_question", {"form": form.name})
        for name in answers
        if name not in form.questions
    ]
    for name, question in form.questions.items():
        answer = answers.get(name)
        fault = AnswerFault(name, "form_unanswered", {}) if answer is None else check_one(question, answer)
        if fault is not None:
            faults.append(fault)
    if not faults and all(answer.answer == NA for answer in answers.values()):
        faults.append(AnswerFault("", "form_nothing_answered", {}))
    return faults


def check_one(question: Question, answer: Answer) -> AnswerFault | None:
    """What is wrong with one answer, by itself."""
    given = answer.answer
    if given == NA:
        return None if question.na else AnswerFault(question.name, "form_no_na", {})
    if question.kind == YES_NO:
        return None if given in (YES, NO) else AnswerFault(question.name, "form_yes_or_no", {})
    if isinstance(given, int) and given in question.options:
        return None
    options = ", ".join(str(option) for option in question.options)
    return AnswerFault(question.name, "form_points_out_of_range", {"options": options})


def score(form: Form, answers: Mapping[str, Answer]) -> Scored:
    """ "na" takes a question out of its section; a section of nothing else gives its weight to the others.
    A critical "no" makes its section 0, or the whole call. Passed is judged by the rounded score, for that
    is what people see. Raises AnswersError with what ``check`` finds.
    """
    faults = check(form, answers)
    if faults:
        raise AnswersError(faults)
    failed = [name for name, known in form.questions.items() if known.critical and answers[name].answer == NO]
    shares = {
        section.name: share
        for section in form.sections
        if (share := _share(section, answers, failed)) is not None
    }
    weights = {section.name: Fraction(round(section.weight * 10)) for section in form.sections}
    total = sum(weights[name] for name in shares)
    whole = sum((weights[name] * share for name, share in shares.items()), Fraction(0)) / total
    ruined = any(form.questions[name].critical == "form" for name in failed)
    points = 0.0 if ruined else _percent(whole)
    return Scored(
        score=points,
        passed=not ruined and points >= form.passing,
        failed=tuple(failed),
        sections={name: _percent(share) for name, share in shares.items()},
    )


def _share(section: Section, answers: Mapping[str, Answer], failed: list[str]) -> Fraction | None:
    """0..1; None where nothing of it applied."""
    given = [(known, answers[known.name].answer) for known in section.questions]
    counted = [(known, answer) for known, answer in given if answer != NA]
    if not counted:
        return None
    if any(known.critical == "section" and known.name in failed for known, _ in counted):
        return Fraction(0)
    got = sum(_points(known, answer) for known, answer in counted)
    return Fraction(got, sum(known.points for known, _ in counted))


def _points(question: Question, answer: str | int) -> int:
    if isinstance(answer, int):
        return answer
    return question.points if answer == YES else 0


def _percent(share: Fraction) -> float:
    return int(share * 1000 + Fraction(1, 2)) / 10
