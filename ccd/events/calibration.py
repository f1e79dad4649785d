"""Facts of calibration: several analysts score one call, and are compared."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from ccd.events.shifts import ShiftFact


class CalibrationFact(ShiftFact, frozen=True, kw_only=True):
    """``session`` names the calibration."""

    policy: ClassVar[str] = "calibration"
    kept_days: ClassVar[int] = 62
    subject_field: ClassVar[str] = "session"
    session: str


class CalibrationOpened(CalibrationFact, frozen=True, kw_only=True):
    """``analysts`` score ``unit`` by this version of ``form``, none seeing another's, by ``due``; ``expert``
    is the one whose scores the others are held against. ``text`` is the form as JSON. ``person``: the agent.
    """

    unit: str
    call: str
    recording: str
    form: str
    version: str
    analysts: tuple[str, ...]
    expert: str
    due: datetime
    talk_s: float = 0.0
    offset_s: float = 0.0
    text: str = ""


class CalibrationScored(CalibrationFact, frozen=True, kw_only=True):
    """``person`` is the analyst. ``answers`` as in ``EvaluationScored``."""

    answers: str
    score: float
    passed: bool


class CalibrationClosed(CalibrationFact, frozen=True, kw_only=True):
    """``alpha``: Krippendorff's, the weaker of those over the questions answered in words (``alpha_words``)
    and over those that give points; each None where it is not defined (too few, or no variation).
    ``deviations``: analyst -> score less the expert's. ``disputed``: questions on which not all agreed.
    ``why``: all (have scored) | due | asked.
    """

    kept_days: ClassVar[int] = 400
    """Drift is judged over several sessions, which may be a month apart."""
    alpha: float | None
    deviations: dict[str, float]
    missing: tuple[str, ...]
    why: str
    alpha_words: float | None = None
    alpha_points: float | None = None
    disputed: tuple[str, ...] = ()
    reason: str = ""


class DriftFound(CalibrationFact, frozen=True, kw_only=True):
    """``person`` (an analyst) deviates from the expert by ``mean`` over the last ``sessions``."""

    mean: float
    sessions: int
    limit: float
