"""The writer: takes over at once, writes in batches, drops only what may be dropped, loses nothing else."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from ccd import events as e
from ccd.adapters.store import Store, StoreError
from tests.adapters.store.conftest import Place
from tests.adapters.store.samples import AT, agent_changed, later, queue_call, sample
from tests.adapters.store.waiting import Turns, until


def held(number: int, **more: Any) -> e.CallHeld:
    given = {"at": later(number), "pbx": "main", "call": "1.1", "uniqueid": "u"}
    return sample(e.CallHeld, **(given | more))


def arrived(number: int, **more: Any) -> e.PersonArrived:
    return sample(e.PersonArrived, at=later(number), person=str(number), **more)


async def test_ordinary_facts_are_written_without_being_asked_for(store: Store, place: Place) -> None:
    store.enqueue([held(1), held(2)])
    assert store.queue_length == 2
    await until(lambda: store.queue_length == 0)
    assert len(await place.rows("call_event")) == 2
    assert (store.written, store.batches, store.dropped, store.failures) == (2, 1, 0, 0)


async def test_a_durable_fact_does_not_wait_for_the_batch(place: Place) -> None:
    slow = place.settings.model_copy(update={"batch_ms": 3_600_000})
    store = await Store.open(slow, place.state_dir)
    store.enqueue([held(1)])
    store.enqueue([arrived(2)])
    await until(lambda: store.queue_length == 0)
    assert await store.close() == 0
    assert len(await place.rows("presence_event")) == len(await place.rows("call_event")) == 1


async def test_facts_of_one_batch_on_one_row_are_one_write(store: Store, place: Place) -> None:
    await store.commit(queue_call())
    assert store.batches == 1
    (call,) = await place.rows("call")
    assert None not in (call["started"], call["answered"], call["ended"])


async def test_what_is_committed_is_there_when_commit_returns(store: Store, place: Place) -> None:
    for number in range(5):
        await store.commit([arrived(number)])
        assert len(await place.rows("presence_event")) == number + 1


async def test_commit_waits_for_all_that_was_given_before(store: Store, place: Place) -> None:
    store.enqueue(held(number) for number in range(100))
    await store.commit()
    assert len(await place.rows("call_event")) == 100
    assert (store.queue_length, store.lag_s) == (0, 0.0)


async def test_facts_are_taken_over_when_commit_is_called_not_when_it_is_awaited(
    store: Store, place: Place
) -> None:
    first = store.commit([arrived(1)])
    store.enqueue([arrived(2)])
    assert store.queue_length == 2
    await first
    await store.commit()
    assert [row["person"] for row in await place.rows("presence_event")] == ["1", "2"]


async def test_closing_writes_everything_and_then_takes_nothing_more(place: Place) -> None:
    store = await Store.open(place.settings, place.state_dir)
    store.enqueue(held(number) for number in range(25_000))
    assert await store.close(timeout=60) == 0
    assert len(await place.rows("call_event")) == 25_000
    with pytest.raises(StoreError, match="closed"):
        store.enqueue([held(1)])


async def test_a_big_batch_leaves_the_loop_its_turns(store: Store, place: Place) -> None:
    facts = [msg for number in range(4000) for msg in (held(number), agent_changed(number, "ready"))]
    async with Turns() as turns:
        await store.commit(facts)
    assert turns.count > 20
    assert len(await place.rows("agent_interval")) == 4000
    assert store.refused == 0


async def test_a_naive_time_is_refused_where_it_is_given(store: Store) -> None:
    with pytest.raises(ValueError, match=r"CallHeld\.at has no time zone"):
        store.enqueue([held(1, at=datetime(2026, 3, 2, 8, 30))])  # noqa: DTZ001


async def test_a_naive_time_inside_a_fact_costs_that_row_alone(store: Store, place: Place) -> None:
    naive = datetime(2026, 3, 2, 8, 30)  # noqa: DTZ001
    store.enqueue(
        [arrived(1), sample(e.BlindEnded, pbx="bad", began=naive), sample(e.BlindEnded, pbx="good")]
    )
    await store.commit()
    assert [row["pbx"] for row in await place.rows("blind_interval")] == ["good"]
    assert len(await place.rows("presence_event")) == 1
    assert (store.refused, store.failures, store.healthy) == (1, 0, True)


async def test_a_row_that_can_never_be_written_costs_itself_alone(store: Store, place: Place) -> None:
    facts = [arrived(number, pbx=None if number == 137 else "main") for number in range(300)]
    store.enqueue(facts)
    await store.commit(queue_call())
    assert len(await place.rows("presence_event")) == 299
    assert len(await place.rows("queue_event")) == 5
    assert (store.refused, store.failures, store.written) == (1, 0, 300 + len(queue_call()))


async def test_rows_that_refer_to_others_survive_a_bad_neighbour(store: Store, place: Place) -> None:
    people = tuple(sample(e.Person, code=str(number)) for number in range(3))
    store.enqueue([arrived(1, pbx=None), sample(e.RosterReplaced, people=people), arrived(2, pbx=None)])
    await store.commit()
    assert len(await place.rows("person")) == 3
    assert store.refused == 2


async def test_whoever_waits_for_a_refused_row_is_told(store: Store, place: Place) -> None:
    store.enqueue([arrived(1)])
    with pytest.raises(StoreError, match="refused"):
        await store.commit([arrived(2, pbx=None)])
    await store.commit([arrived(3)])
    assert [row["person"] for row in await place.rows("presence_event")] == ["1", "3"]


async def test_a_fact_that_is_no_rows_at_all_costs_itself_alone(store: Store, place: Place) -> None:
    class Invented(e.Event, frozen=True):
        pass

    store.enqueue([arrived(1), Invented(at=AT), arrived(2)])
    await store.commit()
    assert len(await place.rows("presence_event")) == 2
    assert store.refused == 1


HOSTILE = {
    "a nul byte": ("a\x00b", "a\ufffdb"),
    "half a surrogate pair": ("a\ud800b", "a\ufffdb"),
    "both halves, apart": ("\ude00\ud83d", "\ufffd\ufffd"),
    "both halves, together": ("\ud83d\ude00", "😀"),
    "an escaped nul as text": ("a\\u0000b", "a\\u0000b"),
    "quotes and statements": ("'); DROP TABLE call;--\"", "'); DROP TABLE call;--\""),
    "json": ('"}],{"call": "x', '"}],{"call": "x'),
    "control characters": ("\x01\x1b[2J\r\n\t\x7f", "\x01\x1b[2J\r\n\t\x7f"),
    "chinese": ("张三", "张三"),
    "nothing": ("", ""),
}


async def test_a_callers_name_may_hold_anything(store: Store, place: Place) -> None:
    for case, (given, _) in HOSTILE.items():
        await store.commit(
            [
                sample(e.CallStarted, pbx="main", call=case, caller_name=given),
                sample(e.CallStarted, pbx="beside", call=case, caller_name="plain"),
            ]
        )
    kept = {(row["pbx"], row["call"]): row["caller_name"] for row in await place.rows("call")}
    for case, (_, expected) in HOSTILE.items():
        assert kept["main", case] == expected, case
        assert kept["beside", case] == "plain", case
    assert store.refused == 0


async def test_numbers_are_kept_as_they_are(store: Store, place: Place) -> None:
    for call, cause in (("1", 2**63 - 1), ("2", -(2**63)), ("3", 0)):
        store.enqueue([sample(e.LegEnded, pbx="main", uniqueid=call, cause=cause, hold_s=cause / 3)])
    await store.commit()
    rows = await place.rows("leg")
    assert [row["cause"] for row in rows] == [2**63 - 1, -(2**63), 0]
    assert [row["hold_s"] for row in rows] == pytest.approx([(2**63 - 1) / 3, -(2**63) / 3, 0.0])


async def test_times_are_kept_to_the_microsecond_whatever_their_zone(store: Store, place: Place) -> None:
    zoned = datetime.fromisoformat("2026-03-02T16:30:00.000001+08:00")
    await store.commit([held(0, at=zoned)])
    (row,) = await place.rows("call_event")
    assert row["at"] == zoned
    assert row["at"].isoformat() == "2026-03-02T08:30:00.000001+00:00"
