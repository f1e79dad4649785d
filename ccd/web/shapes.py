"""What the API gives and takes, for the answers themselves and for OpenAPI. Times are UTC."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

__all__ = [
    "ActAsked",
    "ActDone",
    "Board",
    "Evaluation",
    "EvaluationWhole",
    "Evaluations",
    "LinkAsked",
    "LinkMade",
    "Mark",
    "Marks",
    "Me",
    "Peaks",
    "ProblemShape",
    "Recording",
    "Sample",
    "Samples",
]


class _Shape(BaseModel):
    model_config = ConfigDict(extra="forbid")


class ProblemShape(BaseModel):
    """RFC 9457; ``code`` is the name of the kind, for programs."""

    type: str
    title: str
    status: int
    detail: str
    code: str


class Me(_Shape):
    person: str
    name: str
    posts: list[str]
    scopes: list[str]
    token: str


class Recording(_Shape):
    id: str
    pbx: str
    state: str
    """Empty while nobody has looked at the file; final | empty | missing | …"""
    size: int
    sha256: str
    started: datetime | None
    stopped: datetime | None
    people: list[str]
    """Codes of the agents that talk in it."""
    queue: str
    suffix: str
    playable: bool
    silenced: bool
    """Parts are not given out: they are silent in the audio, and the original is for managers."""


class LinkAsked(_Shape):
    what: str = Field("audio", pattern="^(audio|original|peaks)$")
    format: str = Field("wav", pattern="^(wav|opus|mp3)$")


class LinkMade(_Shape):
    url: str
    expires: datetime


class Peaks(_Shape):
    """``peaks``: the lowest and the highest sample of each of equal parts, from -128 to 127."""

    duration_s: float
    rate: int
    peaks: list[Annotated[list[int], Field(min_length=2, max_length=2)]]


class Mark(_Shape):
    """``kind``: conversation | held | transferred | muted | marked | comment | joined | …; ``text``: whose,
    where to, or what was said. ``until_s`` is empty for a moment, and for what goes on to the end.
    """

    kind: str
    at_s: float
    until_s: float | None = None
    text: str = ""
    evaluation: str = ""


class Marks(_Shape):
    """``placed``: whether the beginning of the recording is known; without it there are no marks."""

    placed: bool
    duration_s: float | None
    marks: list[Mark]


class Evaluation(_Shape):
    """``recording`` is the id to fetch it by, empty where it is not given to whoever asks. ``score`` and
    ``passed`` are empty as long as the one who asks may not see them.
    """

    evaluation: str
    state: str
    unit: str
    day: str
    person: str
    team: str
    queue: str
    sample: str
    reason: str
    analyst: str
    form: str
    version: str
    recording: str
    sha256: str
    """Of the recording as it was when the call was over."""
    suffix: str
    opened: datetime | None
    due: datetime | None
    until: datetime | None
    scored: datetime | None
    released: datetime | None
    finished: datetime | None
    talk_s: float | None
    offset_s: float | None
    score: float | None
    passed: bool | None
    edition: int | None


class Evaluations(_Shape):
    """``next`` continues the list (``?after=``); empty at its end."""

    evaluations: list[Evaluation]
    next: str


class EvaluationWhole(_Shape):
    evaluation: Evaluation
    answers: dict[str, Any]
    history: list[dict[str, Any]]
    """Its facts, the oldest first."""


class Sample(_Shape):
    unit: str
    day: str
    person: str
    team: str
    queue: str
    connected: datetime | None
    ended: datetime | None
    talk_s: float | None
    rank: str
    picked: str
    recording: str


class Samples(_Shape):
    samples: list[Sample]
    next: str


class ActAsked(_Shape):
    """Who does it is whoever asks. ``request``: an id of your own, so that you may ask again."""

    person: str = Field("", max_length=200)
    values: dict[str, str] = Field(default_factory=dict, max_length=50)
    request: str = Field("", max_length=80, pattern=r"^[A-Za-z0-9._-]*$")


class ActDone(_Shape):
    rule: str
    text: str
    result: dict[str, Any] | str
    because: str


class Board(_Shape):
    board: dict[str, Any]
