"""What the rules about shifts and quality say to people, in English and Chinese: refusals, notices, verdicts.

A rule is named by its policy and a word of its own (``meals_over_cap``); ``{name}`` stands for a value.
"""

from __future__ import annotations

from collections.abc import Mapping

from ccd.adherence.words import WORDS as ADHERENCE
from ccd.assessment.words import WORDS as ASSESSMENT
from ccd.attendance.words import WORDS as ATTENDANCE
from ccd.breaks.words import WORDS as BREAKS
from ccd.calibration.words import WORDS as CALIBRATION
from ccd.handover.words import WORDS as HANDOVER
from ccd.leave.words import WORDS as LEAVE
from ccd.listening.words import WORDS as LISTENING
from ccd.meals.words import WORDS as MEALS
from ccd.quality.words import WORDS as QUALITY
from ccd.retention.words import WORDS as RETENTION
from ccd.sampling.words import WORDS as SAMPLING
from ccd.scoring.words import WORDS as SCORING

__all__ = ["RULES", "say"]

RULES: dict[str, tuple[str, str]] = {
    **ADHERENCE,
    **ATTENDANCE,
    **BREAKS,
    **HANDOVER,
    **LEAVE,
    **MEALS,
    **ASSESSMENT,
    **CALIBRATION,
    **LISTENING,
    **QUALITY,
    **RETENTION,
    **SAMPLING,
    **SCORING,
}


def say(rule: str, values: Mapping[str, object], language: str) -> str:
    """``language``: zh_CN or en. A rule without words, or a value too few, is told as it is: better an odd
    text than none.
    """
    english, chinese = RULES.get(rule, (rule, rule))
    try:
        return (chinese if language.startswith("zh") else english).format_map(values)
    except (KeyError, IndexError, ValueError):
        told = ", ".join(f"{name}={value}" for name, value in values.items())
        return f"{rule} ({told})"
