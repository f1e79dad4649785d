"""The short form of a listening: answered as far as somebody likes, and never scored."""

from __future__ import annotations

from collections.abc import Mapping

from ccd.quality.answers import Answer, AnswersError, decode
from ccd.quality.form import Form
from ccd.quality.form_score import check_one

__all__ = ["NoteError", "checked"]


class NoteError(ValueError):
    def __init__(self, rule: str, values: Mapping[str, str]) -> None:
        super().__init__(rule)
        self.rule = rule
        self.values = dict(values)


def checked(forms: Mapping[str, Form], name: str, text: str) -> dict[str, str | int]:
    """Question -> answer. Without a form of that name any question may be answered. Raises NoteError with
    the first thing that is wrong.
    """
    if not text:
        return {}
    try:
        answers = decode(text)
    except AnswersError as error:
        raise NoteError(error.faults[0].rule, error.faults[0].named()) from None
    form = forms.get(name)
    if form is not None:
        for question, answer in answers.items():
            _check(form, question, answer)
    return {question: answer.answer for question, answer in answers.items()}


def _check(form: Form, question: str, answer: Answer) -> None:
    known = form.questions.get(question)
    if known is None:
        raise NoteError("form_unknown_question", {"question": question, "form": form.name})
    if (fault := check_one(known, answer)) is not None:
        raise NoteError(fault.rule, fault.named())
