"""Retention deletes what is over and old, and nothing else."""

from __future__ import annotations

import msgspec

from ccd import events as e
from ccd.adapters.store import Store
from tests.adapters.store.conftest import Place
from tests.adapters.store.samples import AT, agent_changed, later, queue_call, sample

DAY = 86_400


async def test_what_was_over_before_that_time_is_deleted(store: Store, place: Place) -> None:
    today = [msgspec.structs.replace(fact, pbx="today", at=later(DAY)) for fact in queue_call()]
    await store.commit([*queue_call(), *today])
    deleted = await store.prune(later(3600))
    left = await place.everything()
    assert {row["pbx"] for rows in left.values() for row in rows} == {"today"}
    assert {name: count for name, count in deleted.items() if count} == {
        "call": 1,
        "leg": 2,
        "queue_event": 5,
        "queue_visit": 1,
    }
    assert sum((await store.prune(later(3600))).values()) == 0


async def test_what_is_still_open_stays_however_old(store: Store, place: Place) -> None:
    open_ones = [
        agent_changed(0, "logged_off"),
        sample(e.CallStarted, at=AT),
        sample(e.LegStarted, at=AT),
        sample(e.CallerJoined, at=AT, queue="open"),
        sample(e.BlindBegan, at=AT),
        sample(e.RecordingStarted, at=AT),
        sample(e.RosterReplaced, at=AT),
    ]
    await store.commit(open_ones)
    await store.set_pin_hash("7", "hash")
    before = await place.everything()
    await store.prune(later(1000 * DAY))
    after = await place.everything()
    assert set(before) - set(after) == {"queue_event"}, "the log of queues is over as it is written"
    assert after == {name: rows for name, rows in before.items() if name != "queue_event"}


async def test_a_large_past_goes_in_slices(store: Store, place: Place) -> None:
    count = 2500
    await store.commit([sample(e.CallHeld, at=later(number), call=str(number)) for number in range(count)])
    deleted = await store.prune(later(count - 10))
    assert deleted["call_event"] == count - 10
    assert len(await place.rows("call_event")) == 10
