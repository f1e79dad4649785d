"""Feed recorded AMI bytes to the engine: recorded AMI in, facts out."""

from __future__ import annotations

import gzip
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from ccd.config import Settings
from ccd.effects import Effect, SetDeadline
from ccd.engine import Engine, Outcome
from ccd.events import DeadlineDue, Event, PbxLinked, PbxSynced
from ccd.message import Message
from ccd.world import World

RECORDINGS = Path(__file__).parent.parent / "recordings"
START = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
PBX = "main"


def read_messages(path: Path) -> list[Message]:
    """The events of a capture, in order; the banner and responses are left out."""
    data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    messages = []
    for raw in data.decode("utf-8", "replace").split("\r\n\r\n"):
        text = raw.removeprefix("\r\n")
        first, _, _ = text.partition("\r\n")
        if first.startswith("Event: "):
            messages.append(Message(first[7:], text))
    return messages


class Player:
    """An engine with a clock of its own: deadlines come back when the messages' time has passed them."""

    def __init__(self, settings: Settings | None = None, at: datetime = START) -> None:
        self.world = World(settings or Settings.model_validate({"pbx": {PBX: {"secret": "x"}}}), at)
        self.engine = Engine(self.world)
        self.at = at
        self.facts: list[Event] = []
        self.effects: list[Effect] = []
        self._deadlines: dict[str, datetime] = {}

    def link(self, boot: str = "boot-1") -> None:
        self.step(PbxLinked(at=self.at, pbx=PBX, version="22", boot=boot))

    def sync(self) -> None:
        self.step(PbxSynced(at=self.tick(), pbx=PBX))

    def tick(self) -> datetime:
        self.at += timedelta(microseconds=1)
        return self.at

    def step(self, event: Event) -> list[Event]:
        return self._took(self.engine.step(event))

    def feed(self, messages: Iterable[Message]) -> list[Event]:
        """Messages in order, at the time of their Timestamp where they have one. Gives the facts."""
        facts: list[Event] = []
        for message in messages:
            stamp = message.get("Timestamp")
            at = datetime.fromtimestamp(float(stamp), UTC) if stamp else self.at
            if at <= self.at:
                at = self.at + timedelta(microseconds=1)
            facts += self.pass_time(at)
            self.at = at
            facts += self._took(self.engine.message(PBX, at, message))
        return facts

    def pass_time(self, until: datetime) -> list[Event]:
        """Let deadlines that fall before ``until`` come due, in order."""
        facts: list[Event] = []
        while due := [(at, key) for key, at in self._deadlines.items() if at <= until]:
            at, key = min(due)
            del self._deadlines[key]
            self.at = max(self.at, at)
            facts += self.step(DeadlineDue(at=self.at, key=key, late_s=0.0))
        return facts

    def wait(self, seconds: float) -> list[Event]:
        until = self.at + timedelta(seconds=seconds)
        facts = self.pass_time(until)
        self.at = until
        return facts

    def of(self, *kinds: type[Event]) -> list[Event]:
        return [fact for fact in self.facts if isinstance(fact, kinds)]

    def _took(self, outcome: Outcome) -> list[Event]:
        for effect in outcome.effects:
            if isinstance(effect, SetDeadline):
                self._deadlines[effect.key] = self.at + timedelta(seconds=effect.after_s)
        self.effects += outcome.effects
        self.facts += outcome.facts
        return list(outcome.facts)


def captures(version: str) -> Iterator[Path]:
    yield from sorted((RECORDINGS / version).glob("*.ami"))
