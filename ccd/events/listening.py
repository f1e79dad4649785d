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
    spied: str = ""
    """The Uniqueid of ``channel``: this one and no other is listened to."""
    modes: tuple[str, ...] = ()
    """What the listener may turn to while it lasts."""
    why: str = ""
    incident: str = ""
    """The live emergency that the call belonged to."""


class ListeningRefused(ListeningFact, frozen=True, kw_only=True):
    """Somebody who may not has asked; ``rule`` says why not. ``listening`` is "" where none had begun."""

    listening: str = ""
    how: str
    rule: str
    incident: str = ""


class ListeningAnswered(ListeningFact, frozen=True, kw_only=True):
    """The listener has taken the phone up."""


class ListeningBegan(ListeningFact, frozen=True, kw_only=True):
    """As the PBX told it. Not ``seen``: it was under way when we looked again, and ``at`` is when we did."""

    how: str
    call: str
    seen: bool = True


class ListeningTurnAsked(ListeningFact, frozen=True, kw_only=True):
    """At the console; a key of the phone asks for nothing. From now on ``modes`` are let."""

    how: str
    modes: tuple[str, ...]
    why: str = ""
    incident: str = ""


class ListeningTurned(ListeningFact, frozen=True, kw_only=True):
    """From now on ``how``."""

    how: str


class ListeningNarrowed(ListeningFact, frozen=True, kw_only=True):
    """An emergency has begun on the call: from now on no more than ``modes`` is let."""

    modes: tuple[str, ...]
    incident: str = ""


class ListeningStopAsked(ListeningFact, frozen=True, kw_only=True):
    """``actor`` has it ended; whose it is, ``listener_person`` says."""

    listener_person: str


class ListeningEnded(ListeningFact, frozen=True, kw_only=True):
    """``why``: over (the call) | hung_up | refused | busy | no_answer | failed | stopped | longest | unknown.
    Counted as monitoring where ``seconds`` > 0.

    ``unknown``: it was over when we looked again; ``seconds`` reach up to when the PBX went out of sight.
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
