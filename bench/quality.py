"""A store that holds a million conversations: what is asked of it each day, and what inserting costs.

The conversations of a month, of 400 agents, drawn as they would have been; for each of the last days also the
visit, the call and the recording that it came of. Figures are the median of several rounds, in the store as
it is after being opened anew. ``MEASURES`` are asked of a full store, one after the other: add to them.
"""

from __future__ import annotations

import asyncio
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from bench.quality_month import DAYS, FIRST, LAST, ROSTER, SPREAD_S, arrivals, call, drawn_of, seen
from ccd.adapters.store import Store
from ccd.adapters.store.population_queries import drawn, population, standing
from ccd.adapters.store.quality_queries import conversations
from ccd.config import StoreSettings
from ccd.effects import ReadConversations
from ccd.events import Event
from ccd.events.shift_facts import shift_fact
from ccd.sampling.record import check, record_of
from tests.adapters.store.postgres import Cluster

__all__ = ["MEASURES", "measure"]

WITH_CALLS = 2
"""Of so many of the last days there are the rows that conversations are found by, too."""
ROUNDS = 7
AT_ONCE = 2_000


def measure(count: int) -> dict[str, Any]:
    """``count`` conversations, on each engine."""
    with tempfile.TemporaryDirectory(prefix="ccd-bench.") as folder:
        found = asyncio.run(_engine("sqlite", StoreSettings(), Path(folder), count))
    with tempfile.TemporaryDirectory(prefix="ccd-bench.") as folder, closing(Cluster()) as cluster:
        settings = StoreSettings(url=cluster.create_database())
        found |= asyncio.run(_engine("postgresql", settings, Path(folder), count))
    return {"quality_conversations": count} | found


async def _engine(name: str, settings: StoreSettings, folder: Path, count: int) -> dict[str, float]:
    store = await Store.open(settings, folder)
    found = {f"quality_insert_us_empty_{name}": await _inserting(store, 0)}
    await _fill(store, count // DAYS)
    found[f"quality_insert_us_full_{name}"] = await _inserting(store, 1)
    full, empty = found[f"quality_insert_us_full_{name}"], found[f"quality_insert_us_empty_{name}"]
    found[f"quality_insert_ratio_{name}"] = full / empty
    await store.close(30.0)
    store = await Store.open(settings, folder)
    for what, asked in MEASURES.items():
        found[f"quality_{what}_ms_{name}"] = await _timed(lambda asked=asked: asked(store))  # type: ignore[misc]
    await store.close(30.0)
    return found


async def _timed(work: Callable[[], Awaitable[object]]) -> float:
    times = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        await work()
        times.append(1000 * (time.perf_counter() - began))
    return statistics.median(times)


# --- filling ----------------------------------------------------------------------------------------------


async def _fill(store: Store, a_day: int) -> None:
    await store.commit(arrivals())
    for number in range(DAYS):
        day = FIRST + timedelta(days=number)
        everything = [seen(day, n, a_day) for n in range(a_day)]
        await _commit(store, [*everything, *drawn_of(day, everything)])
        if number >= DAYS - WITH_CALLS:
            new = max(a_day // 1000, 3) if day == LAST else 0  # the last few are not in the population yet
            await _commit(store, [fact for n in range(a_day + new) for fact in call(day, n, a_day)])


async def _commit(store: Store, facts: Sequence[Event]) -> None:
    for start in range(0, len(facts), AT_ONCE):
        await store.commit(facts[start : start + AT_ONCE])


async def _inserting(store: Store, of: int) -> float:
    """Microseconds a conversation, in batches; on days before the month, of which nothing is read."""
    times = []
    for turn in range(ROUNDS):
        day = FIRST - timedelta(days=1 + turn + of * ROUNDS)
        facts = [seen(day, n, AT_ONCE) for n in range(AT_ONCE)]
        began = time.perf_counter()
        await store.commit(facts)
        times.append(1e6 * (time.perf_counter() - began) / AT_ONCE)
    return statistics.median(times)


# --- what is asked ----------------------------------------------------------------------------------------


async def _sample(store: Store) -> None:
    """Of today, with how far each is: what `ccd qa sample` shows."""

    async def question(connection: Any) -> None:
        found = await drawn(connection, LAST, facts_only=True)
        told = record_of(shift_fact(text) for text in found.facts)
        recordings = [("main", one.recording) for one in told.picks.values()]
        _, states = await standing(connection, list(told.picks), recordings)
        assert told.picks
        assert len(states) == len(told.picks)

    await store.read(question)


async def _population(store: Store) -> None:
    assert await store.read(lambda connection: population(connection, LAST))


async def _verify(store: Store) -> None:
    """A closed day: what `ccd qa verify` does."""
    day = LAST - timedelta(days=1)
    found = await store.read(lambda connection: drawn(connection, day))
    told = record_of(shift_fact(text) for text in found.facts)
    assert check(told, told.seed, found.members) == []


async def _look(store: Store) -> None:
    """As four times a minute: the last twenty minutes, of which a few are new."""
    now = _midnight(LAST) + timedelta(seconds=SPREAD_S + 600)
    since = now - timedelta(minutes=20)
    asked = ReadConversations("look", "bench", since, now, since, 86_400.0)
    found = (await store.read(lambda connection: conversations(connection, asked, ROSTER, now))).found
    assert found
    assert all(one.people and one.taken for one in found)


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


async def _day_again(store: Store) -> None:
    """As at the closing: a whole day, of which nothing is new."""
    day = LAST - timedelta(days=1)
    began = _midnight(day)
    until = began + timedelta(days=1)
    asked = ReadConversations("close", "bench", began, until, until, 86_400.0)
    answer = await store.read(
        lambda connection: conversations(connection, asked, ROSTER, until + timedelta(1))
    )
    assert not answer.found
    assert answer.until == until


MEASURES: dict[str, Callable[[Store], Awaitable[None]]] = {
    "sample_today": _sample,
    "population_day": _population,
    "verify_day": _verify,
    "look": _look,
    "closing_look": _day_again,
}
"""Asked of a store that holds the month; what is named here becomes ``quality_NAME_ms_ENGINE``."""
