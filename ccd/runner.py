"""The loop: take an input, journal it, step the engine, hand facts to the store and effects to the performer.

Two lanes. Commands, sign-ins and deadlines go ahead of AMI messages. The reader only appends (``messages``):
it never waits. The lane of AMI messages is bounded; when it overflows, picking single messages to drop would
leave a wrong picture, so all that waits of the PBX with the most is dropped, counted, and its session is told
to start over from a snapshot, which marks the time between as *unknown*.

Effects of a step that gave durable facts are performed after those are committed: nobody is told that
something was recorded before it was. Timers do not wait for a database: they run in memory at once, and their
rows are written in the transaction of the facts that set them. What belongs to an incident waits for nothing
long: ``keep`` says where it went (store, spool, or nowhere but memory), and people are told that.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter, deque
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from datetime import datetime, timedelta
from typing import Any, Protocol

import msgspec
import structlog

from ccd.buckets import Buckets
from ccd.effects import AnswerAct, CancelDeadline, Effect, SetDeadline
from ccd.engine import Engine, Outcome
from ccd.events import AmiReceived, DeadlineDue, Event, IncidentFact, Kept, PbxLost
from ccd.message import Message
from ccd.world import World

__all__ = ["Runner"]

log = structlog.get_logger("ccd.runner")

SLICE_S = 0.010  # the loop is given back at least this often, so that a burst stalls nobody
STEP = 32  # messages worked off before the urgent lane and the clock are looked at again
LOGGED = 10  # defects in one kind of input that are logged one by one; after that every thousandth
_TICK = timedelta(microseconds=1)


class FactStore(Protocol):
    """Of facts, and of the entries that ``arm`` gives."""

    def enqueue(self, facts: Iterable[Any]) -> None: ...
    def commit(self, facts: Iterable[Any]) -> Awaitable[None]: ...


class Observer(Protocol):
    def observe(self, event: Event | None, outcome: Outcome, world: World) -> None: ...


class Recorder(Protocol):
    def append(self, event: Event) -> None: ...


class _Read:
    """What came with one read of a PBX, or a link change (``messages`` is empty then)."""

    __slots__ = ("at", "link", "messages", "next", "pbx", "received")

    def __init__(self, pbx: str, at: datetime, messages: list[Message], link: Event | None = None) -> None:
        self.pbx = pbx
        self.at = at
        """Of the next message; those behind it follow a microsecond apart."""
        self.messages = messages
        self.next = 0
        self.link = link
        self.received = time.monotonic()

    def __len__(self) -> int:
        """Inputs that wait."""
        return 1 if self.link is not None else len(self.messages) - self.next


class Runner:
    """``perform`` gets every effect, in order, but those about deadlines: ``arm`` takes these at once, and
    gives what is to be written about them. ``keep`` takes over what an incident gave, at once, and tells
    when it is awaited where that went. ``restart_session`` is called with a PBX that overflowed.
    """

    def __init__(
        self,
        engine: Engine,
        *,
        store: FactStore,
        observer: Observer,
        arm: Callable[[SetDeadline | CancelDeadline], Any],
        keep: Callable[[Iterable[Any]], Awaitable[str]],
        perform: Callable[[Effect], None],
        restart_session: Callable[[str], None],
        journal: Recorder | None = None,
        limit: int = 200_000,
    ) -> None:
        self.engine = engine
        self.limit = limit
        self.processed = 0
        self.errors = 0
        self.overflows = 0
        self.lag_s = 0.0
        """Seconds between receipt and processing of the latest AMI messages."""
        self.lags = Buckets(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0)
        self.advanced = 0
        """Grows whenever the loop turns: what the watchdog looks at."""
        self._store = store
        self._observer = observer
        self._arm = arm
        self._keep = keep
        self._perform = perform
        self._restart_session = restart_session
        self._journal = journal
        self._urgent: deque[Event] = deque()
        self._reads: deque[_Read] = deque()
        self._waiting = 0
        self._latest: dict[str, datetime] = {}
        self._wake = asyncio.Event()
        self._commits: set[asyncio.Task[None]] = set()
        self._keeping: asyncio.Task[None] | None = None
        """The latest step of an incident whose effects wait."""
        self._failures: Counter[str] = Counter()
        self._stopping = False
        self._blank = Outcome()

    @property
    def inbox(self) -> int:
        return self._waiting + len(self._urgent)

    def submit(self, event: Event) -> None:
        """Any input that is not an AMI message. Never blocks, never drops."""
        self._urgent.append(event)
        self._wake.set()

    def messages(self, pbx: str, at: datetime, messages: list[Message]) -> None:
        """A read's worth of AMI messages, spread by microseconds so that ``at`` keeps their order."""
        if not messages:
            return
        if self._waiting + len(messages) > self.limit and self._overflow(pbx, at, len(messages)):
            return
        self._wait_for_turn(_Read(pbx, self._after_the_latest(pbx, at), messages))

    def in_order(self, pbx: str, event: Event) -> None:
        """A link change: it belongs after the messages of that PBX that are already here."""
        at = self._after_the_latest(pbx, event.at)
        self._wait_for_turn(_Read(pbx, at, [], link=msgspec.structs.replace(event, at=at)))

    def _wait_for_turn(self, read: _Read) -> None:
        self._latest[read.pbx] = read.at + _TICK * len(read)
        self._reads.append(read)
        self._waiting += len(read)
        self._wake.set()

    def _after_the_latest(self, pbx: str, at: datetime) -> datetime:
        latest = self._latest.get(pbx)
        return at if latest is None or at > latest else latest + _TICK

    def _overflow(self, pbx: str, at: datetime, coming: int) -> bool:
        """Drop all that waits of the PBX with the most; whether that is the one whose messages come now."""
        self.overflows += 1
        lanes = Counter({pbx: coming})
        for read in self._reads:
            lanes[read.pbx] += len(read)
        [(fullest, dropped)] = lanes.most_common(1)
        since = next((_known_until(read) for read in self._reads if read.pbx == fullest), at)
        # Link changes as well: one that told of a whole snapshot would not be true without its messages.
        self._reads = deque(read for read in self._reads if read.pbx != fullest)
        self._waiting = sum(len(read) for read in self._reads)
        log.error("inbox_overflow", pbx=fullest, dropped=dropped, limit=self.limit)
        self.submit(PbxLost(at=at, pbx=fullest, last_heard=since, why="overflow"))
        self._restart_session(fullest)
        return fullest == pbx

    async def run(self) -> None:
        """Until ``stop``; what is in the inbox by then is still worked off."""
        while not self._stopping or self.inbox:
            if not self.inbox:
                self._wake.clear()
                await self._wait()
            self._turn()
            await asyncio.sleep(0)

    async def _wait(self) -> None:
        try:
            async with asyncio.timeout(1.0):
                await self._wake.wait()
        except TimeoutError:
            self.advanced += 1

    def stop(self) -> None:
        """``run`` returns when the inbox is empty."""
        self._stopping = True
        self._wake.set()

    async def settled(self, timeout_s: float) -> None:
        """Wait until every effect that waits for a commit has been performed, or the time is up."""
        if self._commits:
            await asyncio.wait(set(self._commits), timeout=timeout_s)

    def _turn(self) -> None:
        self.advanced += 1
        until = time.monotonic() + SLICE_S
        while self.inbox and time.monotonic() <= until:
            if self._urgent:
                self._one(self._urgent.popleft())
            else:
                self._some(self._reads[0])

    def _some(self, read: _Read) -> None:
        """Of the oldest read as much as may be done at one go."""
        if read.link is not None:
            self._reads.popleft()
            self._waiting -= 1
            self._one(read.link)
            return
        messages = read.messages[read.next : read.next + STEP]
        read.next += len(messages)
        self._waiting -= len(messages)
        if not len(read):
            self._reads.popleft()
        at = read.at
        for message in messages:
            self._one_message(read.pbx, at, message)
            at += _TICK
        read.at = at
        self.lag_s = lag = time.monotonic() - read.received
        self.lags.observe(lag, len(messages))

    def _one(self, event: Event) -> None:
        if self._journal is not None:
            self._journal.append(event)
        outcome = Outcome()
        if isinstance(event, DeadlineDue):
            # Its row goes when what came of it is kept, and before the same key may be set anew.
            outcome.effects.append(CancelDeadline(key=event.key, because="it came due"))
        try:
            self.engine.step(event, outcome)
        except Exception:
            self._failed("step_failed", type(event).__name__)
        self.processed += 1
        self._pass_on(event, outcome)

    def _one_message(self, pbx: str, at: datetime, message: Message) -> None:
        if self._journal is not None:
            self._journal.append(AmiReceived(at=at, pbx=pbx, name=message.name, text=message.text))
        outcome = self._blank
        try:
            self.engine.message(pbx, at, message, outcome)
        except Exception:
            # One bad event costs itself alone: what was found out before it failed is passed on.
            self._failed("message_failed", message.name, pbx=pbx)
        self.processed += 1
        if outcome.facts or outcome.effects:  # most messages tell nothing new
            self._blank = Outcome()
            self._pass_on(None, outcome)

    def _failed(self, what: str, kind: str, **where: str) -> None:
        """Called where the exception is handled. One that comes with every event must not flood the log."""
        self.errors += 1
        self._failures[kind] += 1
        if (count := self._failures[kind]) <= LOGGED or not count % 1000:
            log.exception(what, kind=kind, so_far=count, **where)

    def _pass_on(self, event: Event | None, outcome: Outcome) -> None:
        self._observer.observe(event, outcome, self.engine.world)
        items: list[Any] = list(outcome.facts)
        effects = []
        for effect in outcome.effects:
            if not isinstance(effect, (SetDeadline, CancelDeadline)):
                effects.append(effect)
            elif (entry := self._arm(effect)) is not None:
                items.append(entry)
        incidents = {fact.incident for fact in outcome.facts if isinstance(fact, IncidentFact)}
        # The store takes the facts over now: those of later steps must not overtake them.
        if incidents:
            work = self._keep_then_perform(incidents, self._keep(items), effects, self._keeping)
            self._keeping = self._spawn(work)
        elif effects and any(fact.durable for fact in outcome.facts):
            self._spawn(self._commit_then_perform(self._store.commit(items), effects))
        else:
            if items:
                self._store.enqueue(items)
            for effect in effects:
                self._perform(effect)

    def _spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._commits.add(task)
        task.add_done_callback(self._commits.discard)
        return task

    async def _commit_then_perform(self, committed: Awaitable[None], effects: list[Effect]) -> None:
        try:
            await committed
        except Exception as error:
            log.error("effects_not_performed", effects=[effect.key for effect in effects], error=str(error))
            return
        for effect in effects:
            self._perform(effect)

    async def _keep_then_perform(
        self,
        incidents: set[str],
        kept: Awaitable[str],
        effects: list[Effect],
        before: asyncio.Task[None] | None,
    ) -> None:
        """Whatever becomes of the record, people are told; never before what an earlier step asked for."""
        try:
            where = await kept
        except Exception:
            log.exception("keeping_failed", incidents=sorted(incidents))
            where = "memory"
        if before is not None:
            await asyncio.wait([before])
        for effect in effects:
            if isinstance(effect, AnswerAct):  # whoever asked is told whether it is safe
                effect = msgspec.structs.replace(effect, saved=where)
            self._perform(effect)
        known = self.engine.world.incidents
        changed = tuple(name for name in sorted(incidents) if name in known and known[name].saved != where)
        if changed:
            self.submit(Kept(at=self.engine.world.now, incidents=changed, where=where))


def _known_until(read: _Read) -> datetime:
    return read.link.last_heard if isinstance(read.link, PbxLost) else read.at
