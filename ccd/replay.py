"""The same engine over a recorded journal: what happened, and what would have happened under other settings.

Deterministic: the inputs carry every time and every outside answer, so two replays give the same facts, and
``digest`` (SHA-256 over the encoded facts and effects in order) tells whether they did.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime

import msgspec

from ccd.config import Settings
from ccd.effects import Effect
from ccd.engine import Engine, Outcome
from ccd.events import ConfigReplaced, Event
from ccd.world import World

__all__ = ["Replay", "replay"]


@dataclass
class Replay:
    """What a replay gave. ``gaps`` counts inputs the journal says are missing.

    ``errors`` counts inputs that a defect of ours stumbled over: as in the daemon, each costs itself alone.
    """

    inputs: int = 0
    gaps: int = 0
    errors: int = 0
    began: datetime | None = None
    ended: datetime | None = None
    facts: Counter[str] = field(default_factory=Counter)
    effects: Counter[str] = field(default_factory=Counter)
    digest: str = ""


def replay(
    inputs: Iterable[Event],
    *,
    settings: Settings | None = None,
    each: Callable[[Event | Effect], None] | None = None,
) -> Replay:
    """Run the engine over ``inputs``. With ``settings`` the recorded ones are ignored: what would have been.

    ``each`` is given every fact and effect as it comes.
    """
    result = Replay()
    digest = hashlib.sha256()
    encode = msgspec.json.Encoder().encode
    engine: Engine | None = None
    for event in inputs:
        if engine is None:
            engine = Engine(World(settings or Settings(), event.at))
            result.began = event.at
        result.inputs += 1
        result.ended = event.at
        result.gaps += getattr(event, "missing", 0) if type(event).__name__ == "Gap" else 0
        if settings is not None and isinstance(event, ConfigReplaced):
            continue
        outcome = Outcome()
        try:
            engine.step(event, outcome)
        except Exception:
            result.errors += 1
        for fact in outcome.facts:
            result.facts[type(fact).__name__] += 1
        for effect in outcome.effects:
            result.effects[type(effect).__name__] += 1
        items: list[Event | Effect] = [*outcome.facts, *outcome.effects]
        for item in items:
            digest.update(encode(item))
            if each is not None:
                each(item)
    result.digest = digest.hexdigest()
    return result
