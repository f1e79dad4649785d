"""Facts of live listening: leads and analysts on a live call (监听), by ChanSpy to their own phone."""

from __future__ import annotations

from typing import ClassVar

from ccd.events.shifts import ShiftFact


class ListeningFact(ShiftFact, frozen=True, kw_only=True):
    """``listening`` names it; ``actor`` listens, ``person`` is the agent listened to."""

    policy: ClassVar[str] = "listening"
    kept_days: ClassVar[int] = 2
    subject_field: ClassVar[str] = "listening"
    listening: str


class ListeningAsked(ListeningFact, frozen=True, kw_only=True):
    """``how``: listen | whisper | barge. Written before the phone rings."""

    how: str
    call: str
    channel: str
    interface: str
    listener: str
    """The phone that listens."""


class ListeningBegan(ListeningFact, frozen=True, kw_only=True):
    how: str
    call: str


class ListeningTurned(ListeningFact, frozen=True, kw_only=True):
    """From now on ``how``."""

    how: str


class ListeningEnded(ListeningFact, frozen=True, kw_only=True):
    """``why``: over (the call) | hung_up | refused | busy | no_answer | failed | stopped. Counted as
    monitoring where ``seconds`` > 0.
    """

    why: str
    seconds: float
    call: str
    how: str


class ListeningNoted(ListeningFact, frozen=True, kw_only=True):
    """The short form: what the listener says of it. ``answers`` JSON, question -> answer."""

    answers: str
    comment: str
    call: str
