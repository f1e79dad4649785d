"""What several people's answers to one form say of how far they agree."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import NamedTuple

from ccd.calibration.alpha import alpha, interval, nominal
from ccd.quality.answers import NA, Answer
from ccd.quality.form import POINTS, Form

__all__ = ["Agreement", "agreement", "deviations", "disputed"]

Answers = Mapping[str, Answer]


class Agreement(NamedTuple):
    """``words``: alpha over the questions answered with yes, no or na (nominal). ``points``: over those that
    give points (interval; as shares of the most they can give, "na" is a missing value).
    """

    words: float | None
    points: float | None

    @property
    def weaker(self) -> float | None:
        """People agree no better than on what they agree least on."""
        return min((one for one in self if one is not None), default=None)


def agreement(form: Form, everybody: Iterable[Answers]) -> Agreement:
    """Each question is a unit, each of ``everybody`` an observer."""
    given = list(everybody)
    words: list[list[str]] = []
    points: list[list[Fraction]] = []
    for name, question in form.questions.items():
        answers = [one[name].answer for one in given if name in one]
        if question.kind == POINTS:
            values = [Fraction(int(one), question.points) for one in answers if one != NA]
            points.append(values)
        else:
            words.append([str(one) for one in answers])
    return Agreement(_rounded(alpha(words, nominal)), _rounded(alpha(points, interval)))


def deviations(scores: Mapping[str, float], expert: str) -> dict[str, float]:
    """Of each analyst: score less the expert's, in points of 100. Empty while the expert has not scored."""
    if expert not in scores:
        return {}
    return {person: round(score - scores[expert], 1) for person, score in scores.items() if person != expert}


def disputed(form: Form, everybody: Iterable[Answers]) -> tuple[str, ...]:
    """The questions on which not all said the same, in the order of the form."""
    given = list(everybody)
    return tuple(
        name for name in form.questions if len({one[name].answer for one in given if name in one}) > 1
    )


def _rounded(value: Fraction | None) -> float | None:
    return None if value is None else round(float(value), 3)
