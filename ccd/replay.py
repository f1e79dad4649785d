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
from ccd.events import ConfigReplaced, Event, Gap, JournalBegan
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

    ``each`` is given every fact and effect as it comes. Where a daemon was started the world begins anew, as
    it did then; where the journal begins in the midst of one's life, with the settings and roster of then.
    """
    result = Replay()
    digest = hashlib.sha256()
    encode = msgspec.json.Encoder().encode
    engine: Engine | None = None
    for event in inputs:
        if engine is None or (type(event) is JournalBegan and not event.settings):
            engine = Engine(World(settings or Settings(), event.at))
            _take_up(engine, event, settings)
        if type(event) is JournalBegan:
            continue
        result.began = result.began or event.at
        result.ended = event.at
        if type(event) is Gap:
            result.gaps += event.missing
            continue
        result.inputs += 1
        if settings is not None and type(event) is ConfigReplaced:
            engine.world.configure(settings, event.special_days, event.forecast, event.forms)
            continue
        for item in _step(engine, event, result):
            digest.update(encode(item))
            if each is not None:
                each(item)
    result.digest = digest.hexdigest()
    return result


def _take_up(engine: Engine, event: Event, settings: Settings | None) -> None:
    """Begin with what was in force where the journal begins."""
    if type(event) is not JournalBegan:
        return
    if event.settings and settings is None:
        engine.step(
            ConfigReplaced(
                at=event.at,
                settings=event.settings,
                special_days=event.special_days,
                forecast=event.forecast,
                forms=event.forms,
            )
        )
    elif event.special_days or event.forecast or event.forms:
        world = engine.world
        world.configure(world.settings, event.special_days, event.forecast, event.forms)
    for in_force in (event.roster, event.plan):
        if in_force is not None:
            engine.step(in_force)


def _step(engine: Engine, event: Event, result: Replay) -> list[Event | Effect]:
    outcome = Outcome()
    try:
        engine.step(event, outcome)
    except Exception:
        result.errors += 1
    result.facts.update(type(fact).__name__ for fact in outcome.facts)
    result.effects.update(type(effect).__name__ for effect in outcome.effects)
    return [*outcome.facts, *outcome.effects]
