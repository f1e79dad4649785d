"""What the daemon asks of its store: timers, PINs, the roster, who is where, and what was open before."""

from __future__ import annotations

import msgspec
import pytest

from ccd import events as e
from ccd.adapters.clock import Armed
from ccd.adapters.store import Store
from ccd.adapters.store.entries import Deadline, DeadlineGone
from ccd.events.recording_pauses import RecordingPaused, RecordingUnpaused
from tests.adapters.store.conftest import Place
from tests.adapters.store.samples import AT, agent_changed, later, queue_call, sample


async def reopened(store: Store, place: Place) -> Store:
    await store.close()
    return await Store.open(place.settings, place.state_dir)


def armed(key: str, after_s: float) -> Armed:
    return Armed(key, AT, later(after_s), "b00t", 1234.5678, after_s)


async def test_a_deadline_stays_until_it_is_cancelled_and_moves_when_it_is_set_again(
    store: Store, place: Place
) -> None:
    store.enqueue([Deadline(*armed("police|1", 900))])
    store.enqueue([Deadline(*armed("return|7", 60))])
    store.enqueue([Deadline(*armed("gone", 1))])
    store.enqueue([DeadlineGone("gone")])
    store.enqueue([DeadlineGone("never there")])
    store.enqueue([Deadline(*armed("police|1", 1800))])
    await store.commit()
    again = await reopened(store, place)
    assert await again.open_deadlines() == [armed("return|7", 60), armed("police|1", 1800)]
    again.enqueue([DeadlineGone("return|7")])
    again.enqueue([DeadlineGone("police|1")])
    again.enqueue([Deadline(*armed("police|1", 30))])
    await again.commit()
    assert await again.open_deadlines() == [armed("police|1", 30)]
    await again.close()


async def test_a_deadline_and_the_fact_that_armed_it_are_one_transaction(store: Store) -> None:
    store.enqueue([sample(e.PersonArrived), Deadline(*armed("return|7", 60))])
    await store.commit()
    assert store.batches == 1


async def test_a_pins_hash_is_kept_and_replaced(store: Store) -> None:
    assert await store.pin_hash("1007") is None
    await store.set_pin_hash("1007", "$argon2id$first")
    await store.set_pin_hash("1007", "$argon2id$second")
    assert await store.pin_hash("1007") == "$argon2id$second"
    assert await store.pin_hash("1008") is None


async def test_the_newest_roster_is_the_current_one_whatever_its_name(store: Store, place: Place) -> None:
    assert await store.current_roster() is None
    old = sample(
        e.RosterReplaced, at=AT, version="z", people=(sample(e.Person, code="1"), sample(e.Person, code="2"))
    )
    new = sample(
        e.RosterReplaced, at=later(60), version="a", people=(sample(e.Person, code="2", name="张三"),)
    )
    await store.replace_roster(new)
    await store.replace_roster(old)
    assert await store.current_roster() == new
    assert len(await place.rows("person")) == 3, "older versions are kept"


async def test_a_roster_of_nobody_is_a_roster(store: Store) -> None:
    await store.replace_roster(sample(e.RosterReplaced, at=AT, people=(sample(e.Person),)))
    nobody = sample(e.RosterReplaced, at=later(1), version="empty", people=())
    await store.replace_roster(nobody)
    assert await store.current_roster() == nobody


def came(kind: type[e.Event], person: str, seconds: float, seat: str = "12", pbx: str = "main") -> e.Event:
    return sample(kind, at=later(seconds), person=person, seat=seat, pbx=pbx, how="phone")


PRESENCES = {
    "nobody": ([], []),
    "one": ([came(e.PersonArrived, "7", 0)], [("main", "12", "7", later(0))]),
    "left": ([came(e.PersonArrived, "7", 0), came(e.PersonLeft, "7", 9)], []),
    "back again": (
        [came(e.PersonArrived, "7", 0), came(e.PersonLeft, "7", 9), came(e.PersonArrived, "7", 20)],
        [("main", "12", "7", later(20))],
    ),
    "a leave that arrives late changes nothing": (
        [came(e.PersonArrived, "7", 20), came(e.PersonLeft, "7", 9)],
        [("main", "12", "7", later(20))],
    ),
    "two at a handover": (
        [came(e.PersonArrived, "7", 0), came(e.PersonArrived, "8", 5)],
        [("main", "12", "7", later(0)), ("main", "12", "8", later(5))],
    ),
    "the same seat of another PBX": (
        [came(e.PersonArrived, "7", 0), came(e.PersonLeft, "7", 5, pbx="branch")],
        [("main", "12", "7", later(0))],
    ),
}


@pytest.mark.parametrize(("acts", "here"), PRESENCES.values(), ids=PRESENCES)
async def test_who_is_at_a_seat_follows_from_the_latest_act(
    store: Store, acts: list[e.Event], here: list[tuple[str, str, str, object]]
) -> None:
    await store.commit(acts)
    assert list(await store.presence()) == here


async def test_the_picture_of_a_killed_daemon_is_restored(store: Store, place: Place) -> None:
    empty = await store.restore_picture()
    assert (empty.last_alive, empty.presence, empty.open_calls) == (None, (), ())
    store.beat(later(30))
    store.beat(later(35))
    ended = [msgspec.structs.replace(fact, pbx="branch") for fact in queue_call()]
    await store.commit([*queue_call()[:-2], *ended, came(e.PersonArrived, "7", 0)])
    again = await reopened(store, place)
    picture = await again.restore_picture()
    assert picture.last_alive == later(35) == await again.last_alive()
    assert picture.presence == (("main", "12", "7", later(0)),)
    assert picture.open_calls == (e.OpenCall("main", "1.1", AT, ("1.1",)),)
    assert picture.at.tzinfo is not None
    await again.close()


async def test_an_open_call_has_the_channels_of_the_calls_merged_into_it(store: Store) -> None:
    def call(name: str) -> list[e.Event]:
        return [
            sample(e.CallStarted, pbx="main", call=name, at=later(float(name))),
            sample(e.LegStarted, pbx="main", call=name, uniqueid=f"{name}.leg"),
        ]

    merges = [
        e.CallMerged(at=later(50), pbx="main", call=old, into=into) for old, into in (("3", "2"), ("2", "1"))
    ]
    await store.commit([*call("1"), *call("2"), *call("3"), *call("4"), *merges])
    found = {call.call: sorted(call.uniqueids) for call in (await store.restore_picture()).open_calls}
    assert found == {"1": ["1.leg", "2.leg", "3.leg"], "4": ["4.leg"]}


async def test_what_a_killed_daemon_left_open_ends_when_it_was_last_alive(store: Store, place: Place) -> None:
    waiting = sample(e.CallerJoined, pbx="main", at=later(2))
    blind = e.BlindBegan(at=later(3), pbx="main", why="cut")
    late = agent_changed(60, "ready", interface="PJSIP/1002")
    store.enqueue([agent_changed(0, "ready"), agent_changed(5, "ringing", "ready", 0), waiting, blind, late])
    await store.commit()
    assert await store.close_open_intervals(later(30)) == 4
    assert await store.close_open_intervals(later(99)) == 0
    ready, ringing, other = await place.rows("agent_interval")
    assert (ready["end"], ready["end_cause"]) == (later(5), "<cause>")
    assert (ringing["end"], ringing["end_cause"]) == (later(30), "daemon_stopped")
    assert other["end"] == other["begin"] == later(60), "no interval ends before it begins"
    (visit,) = await place.rows("queue_visit")
    assert (visit["left"], visit["outcome"]) == (later(30), "unknown")
    (blinded,) = await place.rows("blind_interval")
    assert blinded["ended"] == later(30)


async def test_a_recording_nobody_has_measured_is_offered_again(store: Store, place: Place) -> None:
    running = e.RecordingStarted(AT, "main", "1.1", "1.1", "1.1:/m/a.wav", "/m/a.wav")
    measured = e.RecordingStarted(AT, "main", "1.2", "1.2", "1.2:/m/b.wav", "/m/b.wav")
    store.enqueue([running, measured])
    store.enqueue(
        [e.RecordingMeasured(later(9), "main", "1.2", "1.2:/m/b.wav", "final", "/m/b.wav", 4044, "ab" * 32)]
    )
    await store.commit()
    again = await reopened(store, place)
    picture = await again.restore_picture()
    assert picture.open_recordings == (e.OpenRecording("main", "1.1", "1.1", "1.1:/m/a.wav", "/m/a.wav"),)
    await again.close()


async def test_a_pause_of_a_recording_that_goes_on_is_offered_with_it(store: Store, place: Place) -> None:
    running = e.RecordingStarted(AT, "main", "1.1", "1.1", "1.1:/m/a.wav", "/m/a.wav")
    over = RecordingPaused(later(1), "main", "1.1", "1.1", "1.1:/m/a.wav", "marked")
    ended = RecordingUnpaused(later(2), "main", "1.1", "1.1", "1.1:/m/a.wav", later(1), "marked")
    goes_on = RecordingPaused(later(3), "main", "1.1", "1.1", "1.1:/m/a.wav", "muted")
    store.enqueue([running, over, ended, goes_on])
    await store.commit()
    again = await reopened(store, place)
    (open_,) = (await again.restore_picture()).open_recordings
    assert open_.paused == (("muted", later(3)),)
    await again.close()
