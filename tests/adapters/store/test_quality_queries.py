"""Which conversations there were, of whom, with which recordings; and what a day was drawn from."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from sqlalchemy import text

from ccd import events as e
from ccd.adapters.store import Store
from ccd.adapters.store import quality_queries as queries
from ccd.adapters.store.population_queries import drawn, explained, population
from ccd.adapters.store.queries import opened
from ccd.effects import ReadConversations
from ccd.events.quality import Conversation, ConversationSeen, ConversationsRead
from ccd.events.recording_pauses import RecordingPaused, RecordingUnpaused
from ccd.events.sampling import CallPicked
from ccd.quality.units import unit_of
from ccd.roster import Roster
from tests.adapters.store.conftest import Place
from tests.adapters.store.samples import AT, later, sample

ROSTER = Roster(
    [
        e.Person("7", "张三", "agent", "A", "A-1", "PJSIP/1001"),
        e.Person("8", "李四", "agent", "A", "A-1", "PJSIP/1001"),
        e.Person("9", "王五", "telesales", "B", "B-1", "PJSIP/1002"),
    ]
)
NOW = later(3600)


def asking(**more: Any) -> ReadConversations:
    given: dict[str, Any] = {"since": AT, "until": later(3000), "waited": AT, "called_back_s": 3600.0}
    return ReadConversations(key="r", because="test", **(given | more))


async def read(store: Store, page: int = queries.PAGE, **more: Any) -> ConversationsRead:
    await store.commit()
    return await store.read(
        lambda connection: queries.conversations(connection, asking(**more), ROSTER, NOW, page)
    )


async def found(store: Store, **more: Any) -> tuple[Conversation, ...]:
    return (await read(store, **more)).found


def visit(
    n: int, connected: float = 10, completed: float | None = 40, *, number: str = "13800138000", **more: Any
) -> list[e.Event]:
    """A caller who was answered; the call is over five seconds later."""
    given = {"pbx": "main", "call": f"1.{n}", "uniqueid": f"1.{n}", "queue": "support"} | more
    phone = {"interface": "PJSIP/1001", "member": "m"} | {k: more[k] for k in ("interface",) if k in more}
    of_visit = {k: v for k, v in given.items() if k != "interface"}
    pbx, call = given["pbx"], given["call"]
    facts: list[e.Event] = [
        sample(
            e.CallStarted, at=later(connected - 9), pbx=pbx, call=call, kind="queue", caller_number=number
        ),
        sample(e.CallerJoined, at=later(connected - 8), **of_visit, caller_number=number, seen=True),
        sample(e.AgentConnected, at=later(connected), **of_visit, **phone, joined=later(connected - 8)),
    ]
    if completed is not None:
        facts += [
            sample(
                e.AgentCompleted,
                at=later(completed),
                **of_visit,
                **phone,
                joined=later(connected - 8),
                reason="caller",
                talk_s=completed - connected,
                seen=True,
            ),
            over(call, completed + 5, pbx=pbx),
        ]
    return facts


def over(call: str, at: float, kind: str = "queue", **more: Any) -> e.Event:
    given = {"pbx": "main", "kind": kind, "started": AT, "answered": later(1)} | more
    return sample(e.CallEnded, at=later(at), call=call, **given)


def arrived(person: str, at: float, seat: str = "A-1", *, left: float | None = None) -> list[e.Event]:
    signs: list[e.Event] = [sample(e.PersonArrived, at=later(at), pbx="main", seat=seat, person=person)]
    if left is not None:
        signs.append(sample(e.PersonLeft, at=later(left), pbx="main", seat=seat, person=person))
    return signs


def recorded(call: str, name: str, since: float, until: float | None, state: str = "final") -> list[e.Event]:
    of = {"pbx": "main", "call": call, "recording": name}
    facts: list[e.Event] = [
        sample(e.RecordingStarted, at=later(since), **of, uniqueid=call, path=f"{name}.wav")
    ]
    if until is not None:
        facts.append(sample(e.RecordingStopped, at=later(until), **of, uniqueid=call, path=f"{name}.wav"))
    if state:
        told = {"path": f"/x/{name}.wav", "size": 99, "sha256": "ab"}
        facts.append(sample(e.RecordingMeasured, at=later((until or since) + 1), **of, state=state, **told))
    return facts


def seen(one: Conversation, **more: Any) -> ConversationSeen:
    told = {name: getattr(one, name) for name in ConversationSeen.__struct_fields__ if hasattr(one, name)}
    return sample(ConversationSeen, **(told | {"day": AT.date(), "picked": ""} | more))


# --- visits to queues -------------------------------------------------------------------------------------


async def test_a_visit_that_was_answered_is_a_conversation(store: Store) -> None:
    await store.commit([*visit(1), *arrived("7", -600), *recorded("1.1", "r1", 9, 44)])
    (one,) = await found(store)
    assert one == Conversation(
        unit=unit_of("main", "1.1", "support", "PJSIP/1001", later(10)),
        pbx="main",
        call="1.1",
        uniqueid="1.1",
        queue="support",
        interface="PJSIP/1001",
        people=("7",),
        kind="queue",
        caller_number="13800138000",
        connected=later(10),
        ended=later(40),
        talk_s=30.0,
        completed_by="caller",
        taken=one.taken,
    )
    (taken,) = one.taken
    assert (taken.recording, taken.path, taken.state, taken.size, taken.sha256) == (
        "r1", "r1.wav", "final", 99, "ab",
    )  # fmt: skip
    assert (taken.started, taken.stopped, taken.paused) == (later(9), later(44), ())


async def test_one_that_is_in_the_population_is_not_told_again(store: Store) -> None:
    await store.commit([*visit(1), *visit(2, 50, 80)])
    first, second = await found(store)
    await store.commit([seen(first)])
    assert await found(store) == (second,)


async def test_who_is_answered_twice_has_two_conversations(store: Store) -> None:
    again = visit(1, 60, 90, queue="orders", interface="PJSIP/1002")
    await store.commit([*visit(1)[:-1], *again])
    first, second = await found(store)
    assert (first.queue, second.queue, second.interface) == ("support", "orders", "PJSIP/1002")
    assert first.unit != second.unit


async def test_who_gave_up_had_no_conversation(store: Store) -> None:
    await store.commit([*gave_up(1, 20), over("1.1", 21)])
    assert await found(store) == ()


@pytest.mark.parametrize(
    ("since", "until", "count"), [(40, 41, 1), (39, 40, 0), (40.000001, 99, 0), (0, 3000, 1)]
)
async def test_the_window_is_of_when_it_ended(store: Store, since: float, until: float, count: int) -> None:
    await store.commit(visit(1))
    assert len(await found(store, since=later(since), until=later(until))) == count


async def test_the_last_seconds_are_left_for_the_next_time(store: Store) -> None:
    """A completion may be told two seconds after it was."""
    await store.commit(visit(1, 3580, 3592))
    answer = await read(store, until=NOW)
    assert (answer.found, answer.until) == ((), NOW - queries.LATE)


async def test_more_than_fits_is_found_by_asking_again(store: Store) -> None:
    await store.commit([fact for n in range(7) for fact in visit(n, 10 + n, 100 + n)])
    told: list[str] = []
    since, answers = AT, 0
    while True:
        answer = await read(store, page=3, since=since)
        told += [one.uniqueid for one in answer.found]
        answers += 1
        if answer.until == later(3000):
            break
        assert answer.until > since
        since = answer.until
    assert told == [f"1.{n}" for n in range(7)]
    assert answers == 3


# --- what is not settled ----------------------------------------------------------------------------------


async def test_what_is_not_settled_is_left_out_and_counted(store: Store) -> None:
    going_on = visit(1)[:-1]
    unmeasured = [*visit(2, 50, 80), *recorded("1.2", "r2", 50, 80, state="")]
    await store.commit([*going_on, *unmeasured, *visit(3, 100, 130)])
    answer = await read(store)
    assert [one.uniqueid for one in answer.found] == ["1.3"]
    assert (answer.unsettled, answer.oldest) == (2, later(40))


@pytest.mark.parametrize(("waited", "count"), [(40, 0), (40.000001, 1)])
async def test_it_is_waited_for_only_so_long(store: Store, waited: float, count: int) -> None:
    await store.commit(visit(1)[:-1])
    answer = await read(store, waited=later(waited))
    assert [one.settled for one in answer.found] == [False] * count
    assert answer.unsettled == 1 - count


@pytest.mark.parametrize("state", ["missing", "empty", "outside", "unreadable"])
async def test_what_cannot_be_heard_is_settled_too(store: Store, state: str) -> None:
    await store.commit([*visit(1), *recorded("1.1", "r1", 9, 44, state)])
    (one,) = await found(store)
    assert one.taken[0].state == state


async def test_a_visit_whose_end_nobody_saw_ends_with_its_call(store: Store) -> None:
    await store.commit([*visit(1, completed=None), over("1.1", 55)])
    (one,) = await found(store)
    assert (one.ended, one.talk_s, one.seen, one.completed_by) == (later(55), 45.0, False, "")


async def test_what_goes_on_is_no_conversation_yet(store: Store) -> None:
    await store.commit(visit(1, completed=None))
    answer = await read(store, waited=later(3000))
    assert (answer.found, answer.unsettled) == ((), 0)


async def test_what_went_on_while_the_pbx_was_out_of_sight_says_so(store: Store) -> None:
    blind = [
        sample(e.BlindBegan, at=later(20), pbx="main"),
        sample(e.BlindEnded, at=later(25), pbx="main", began=later(20)),
    ]
    await store.commit([*visit(1), *visit(2, 50, 80), *blind])
    assert [one.seen for one in await found(store)] == [False, True]


# --- calls that were joined -------------------------------------------------------------------------------


async def test_a_call_that_was_joined_lives_on_in_another(store: Store) -> None:
    """1.1 into 1.2 into 1.3: it is over when that is, and all their recordings run over it."""
    await store.commit(
        [
            *visit(1)[:-1],
            sample(e.CallMerged, at=later(41), pbx="main", call="1.1", into="1.2"),
            sample(e.CallMerged, at=later(42), pbx="main", call="1.2", into="1.3"),
            *recorded("1.1", "r1", 10, 20),
            *recorded("1.3", "r3", 15, 90),
            *recorded("1.2", "r2", 41, 90),
            sample(e.CallStarted, at=AT, pbx="main", call="1.3", kind="queue"),
        ]
    )
    assert (await read(store)).unsettled == 1
    await store.commit([over("1.3", 95)])
    (one,) = await found(store)
    assert (one.call, one.uniqueid) == ("1.3", "1.1")
    assert [taken.recording for taken in one.taken] == ["r1", "r3"]
    await store.commit([sample(e.RecordingStarted, at=later(50), pbx="main", call="1.2", recording="r4")])
    assert (await read(store)).unsettled == 1


async def test_calls_that_name_each_other_are_no_endless_way(store: Store) -> None:
    await store.commit(
        [
            *visit(1)[:-1],
            sample(e.CallMerged, at=later(41), pbx="main", call="1.1", into="1.2"),
            sample(e.CallMerged, at=later(42), pbx="main", call="1.2", into="1.1"),
        ]
    )
    assert len(await found(store)) == 1


async def test_pbxs_have_calls_of_the_same_name(store: Store) -> None:
    await store.commit([*visit(1), *visit(1, 10, 40, pbx="north")[:-1], *recorded("1.1", "r1", 9, 44)])
    answer = await read(store, waited=later(3000))
    assert [(one.pbx, len(one.taken), one.settled) for one in sorted(answer.found, key=lambda c: c.pbx)] == [
        ("main", 1, True),
        ("north", 0, False),
    ]


@pytest.mark.parametrize(
    ("since", "until", "runs_over"),
    [(0, 10, False), (0, 10.000001, True), (39.999999, 60, True), (40, 60, False), (20, 30, True)],
)
async def test_a_recording_is_taken_where_it_runs_over_it(
    store: Store, since: float, until: float, runs_over: bool
) -> None:
    await store.commit([*visit(1), *recorded("1.1", "r1", since, until)])
    (one,) = await found(store)
    assert bool(one.taken) == runs_over


async def test_pauses_of_a_recording_are_with_it(store: Store) -> None:
    of = {"pbx": "main", "call": "1.1", "uniqueid": "1.1", "recording": "r1", "how": "muted"}
    await store.commit(
        [
            *visit(1),
            *recorded("1.1", "r1", 9, 44),
            RecordingPaused(at=later(12), **of),
            RecordingUnpaused(at=later(20), began=later(12), **of),
            RecordingPaused(at=later(30), **of),
        ]
    )
    (one,) = await found(store)
    assert one.taken[0].paused == ((later(12), later(20)), (later(30), None))


# --- who, and what became of it ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("signs", "people"),
    [
        (arrived("7", -600), ("7",)),
        (arrived("7", 10), ("7",)),
        (arrived("7", 10.000001), ()),
        (arrived("7", -600, left=10), ()),
        (arrived("7", -600, left=10.000001), ("7",)),
        ([*arrived("7", -600, left=11), *arrived("8", -5)], ("7", "8")),
        (arrived("9", -600, "B-1"), ()),
        ([], ()),
    ],
)
async def test_whose_it_is_says_who_was_signed_in_at_its_beginning(
    store: Store, signs: list[e.Event], people: tuple[str, ...]
) -> None:
    await store.commit([*visit(1), *signs])
    (one,) = await found(store)
    assert one.people == people


async def test_a_phone_that_is_in_no_roster_is_nobodys(store: Store) -> None:
    await store.commit([*visit(1, interface="PJSIP/9999"), *arrived("7", -600)])
    (one,) = await found(store)
    assert (one.interface, one.people) == ("PJSIP/9999", ())


@pytest.mark.parametrize(
    ("by", "at", "transferred"),
    [
        ("PJSIP/1001", 40, True),
        ("PJSIP/1002", 40, False),
        ("PJSIP/1001", 5, False),
        ("PJSIP/1001", 60, False),
    ],
)
async def test_it_was_transferred_by_that_phone(store: Store, by: str, at: float, transferred: bool) -> None:
    moved = sample(e.CallTransferred, at=later(at), pbx="main", call="1.1", uniqueid="1.9", interface=by)
    await store.commit([*visit(1), moved])
    (one,) = await found(store)
    assert one.transferred == transferred


def gave_up(n: int, at: float, number: str = "13800138000", outcome: str = "abandoned") -> list[e.Event]:
    of = {"pbx": "main", "call": f"1.{n}", "uniqueid": f"1.{n}", "queue": "support"}
    left = {"outcome": outcome, "joined": later(at - 9)}
    return [
        sample(e.CallerJoined, at=later(at - 9), **of, caller_number=number, seen=True),
        sample(e.CallerLeft, at=later(at), **of, **left),
    ]


@pytest.mark.parametrize(
    ("before", "back"),
    [
        (gave_up(9, 5), True),
        (gave_up(9, 10 - 3600), True),
        (gave_up(9, 10 - 3600.001), False),
        (gave_up(9, 10), False),
        (gave_up(9, 20), False),
        (gave_up(9, 5, "13900139000"), False),
        (gave_up(9, 5, outcome="timeout"), False),
    ],
)
async def test_a_caller_who_gave_up_before_is_called_back(
    store: Store, before: list[e.Event], back: bool
) -> None:
    await store.commit([*visit(1), *before])
    (one,) = await found(store)
    assert one.called_back == back


async def test_callers_without_a_number_are_not_all_one(store: Store) -> None:
    await store.commit([*visit(1, number=""), *gave_up(9, 5, "")])
    (one,) = await found(store)
    assert (one.caller_number, one.called_back) == ("", False)


@pytest.mark.parametrize("number", ["'; DROP TABLE call; --", "%_\\", "a" * 4000, "١٢٣", "\u202e123", "a\0b"])
async def test_any_number_is_but_a_number(store: Store, number: str) -> None:
    await store.commit([*visit(1, number=number), *gave_up(9, 5, number)])
    (one,) = await found(store)
    assert one.caller_number == number.replace("\0", "\ufffd")
    assert one.called_back


# --- outside queues ---------------------------------------------------------------------------------------


def leg(call: str, uniqueid: str, interface: str, answered: float | None, ended: float) -> list[e.Event]:
    of = {"pbx": "main", "call": call, "uniqueid": uniqueid}
    facts: list[e.Event] = [sample(e.LegStarted, at=later(1), **of, interface=interface, seen=True)]
    if answered is not None:
        facts.append(e.LegAnswered(at=later(answered), **of))
    return [*facts, sample(e.LegEnded, at=later(ended), **of, seen=True)]


def dialled(kind: str, *legs: list[e.Event], answered: float | None = 12, ended: float = 70) -> list[e.Event]:
    numbers = {"caller_number": "1002", "called_number": "13800138000"}
    if kind == "direct":
        numbers = {"caller_number": "13800138000", "called_number": "1002"}
    at = None if answered is None else later(answered)
    began = sample(e.CallStarted, at=AT, pbx="main", call="2.1", kind="other", interface="x", **numbers)
    end = over("2.1", ended, kind, answered=at, **numbers)
    hear = [] if at is None else [e.CallAnswered(at=at, pbx="main", call="2.1")]
    return [began, *hear, *(fact for each in legs for fact in each), end]


@pytest.mark.parametrize("kind", ["outbound", "direct"])
async def test_what_a_phone_of_the_roster_dials_or_answers_is_a_conversation(store: Store, kind: str) -> None:
    phone, trunk = leg("2.1", "2.1", "PJSIP/1002", 11, 60), leg("2.1", "2.2", "PJSIP/trunk", 12, 60)
    await store.commit([*dialled(kind, phone, trunk), *arrived("9", -600, "B-1")])
    (one,) = await found(store)
    assert (one.kind, one.queue, one.uniqueid, one.people) == (kind, "", "2.1", ("9",))
    assert (one.connected, one.ended, one.talk_s) == (later(12), later(60), 48.0)
    assert one.caller_number == "13800138000"
    assert one.unit == unit_of("main", "2.1", "", "PJSIP/1002", later(12))
    await store.commit([seen(one)])
    assert await found(store) == ()


@pytest.mark.parametrize("kind", ["internal", "other", "queue"])
async def test_other_calls_are_none(store: Store, kind: str) -> None:
    await store.commit(dialled(kind, leg("2.1", "2.1", "PJSIP/1002", 11, 60)))
    assert await found(store) == ()


async def test_a_call_nobody_answered_is_none(store: Store) -> None:
    await store.commit(dialled("outbound", leg("2.1", "2.1", "PJSIP/1002", 11, 60), answered=None))
    assert await found(store) == ()


async def test_legs_of_trunks_do_not_fill_a_page(store: Store) -> None:
    """They are in no population, ever: there are more of them than fit, and what comes after is found."""
    trunks = [leg("2.1", f"2.{n}", f"PJSIP/trunk{n}", 12, 30 + n) for n in range(2, 9)]
    await store.commit(dialled("outbound", leg("2.1", "2.1", "PJSIP/1002", 11, 60), *trunks))
    answer = await read(store, page=3)
    assert ([one.interface for one in answer.found], answer.until) == (["PJSIP/1002"], later(3000))


@pytest.mark.parametrize(("pbx", "count"), [("main", 1), ("north", 0)])
async def test_a_phone_of_one_pbx_is_none_of_anothers(store: Store, pbx: str, count: int) -> None:
    roster = Roster([e.Person("9", "王五", "telesales", "B", "B-1", "PJSIP/1002", pbx=pbx)])
    await store.commit(dialled("outbound", leg("2.1", "2.1", "PJSIP/1002", 11, 60)))
    answer = await store.read(lambda connection: queries.conversations(connection, asking(), roster, NOW))
    assert len(answer.found) == count


async def test_who_hands_on_has_one_and_who_takes_over_another(store: Store) -> None:
    """The second channel by which the first phone asked is none of its own."""
    first = leg("2.1", "2.1", "PJSIP/1001", 12, 40)
    consulting = leg("2.1", "2.5", "PJSIP/1001", 20, 39)
    second = leg("2.1", "2.6", "PJSIP/1002", 25, 70)
    await store.commit(dialled("direct", first, consulting, second))
    one, two = await found(store)
    assert [(c.interface, c.connected, c.ended) for c in (one, two)] == [
        ("PJSIP/1001", later(12), later(40)),
        ("PJSIP/1002", later(25), later(70)),
    ]
    await store.commit([seen(one), seen(two)])
    assert await found(store) == ()


# --- the population ---------------------------------------------------------------------------------------


async def test_the_population_of_a_day_is_read_whole_and_by_unit(store: Store) -> None:
    units = [f"{n:020x}" for n in (5, 3, 9)]
    of_day = [sample(ConversationSeen, unit=unit, day=AT.date()) for unit in units]
    other = sample(ConversationSeen, unit="f" * 20, day=AT.date() - timedelta(days=1))
    await store.commit([*of_day, other])
    found = await store.read(lambda connection: population(connection, AT.date()))
    assert [member.unit for member in found] == sorted(units)
    assert (found[0].person, found[0].rank, found[0].connected) == ("<person>", "<rank>", of_day[1].connected)


async def test_the_order_of_joining_does_not_change_it(store: Store) -> None:
    told = [sample(ConversationSeen, unit=f"{n:020x}", day=AT.date()) for n in range(20)]
    await store.commit(told[::-1])
    once = await store.read(lambda connection: population(connection, AT.date()))
    await store.commit(told)
    assert await store.read(lambda connection: population(connection, AT.date())) == once


@pytest.mark.parametrize("name", ["u1", "root", "chan"])
async def test_a_call_is_explained_by_its_unit_its_id_or_its_channel(store: Store, name: str) -> None:
    told = {"unit": "u1", "pbx": "main", "day": AT.date()}
    picked = sample(CallPicked, key="k", call="root", **told)
    await store.commit([sample(ConversationSeen, call="root", uniqueid="chan", **told), picked])
    rows, facts = await store.read(lambda connection: explained(connection, name))
    assert [(row["unit"], row["picked"]) for row in rows] == [("u1", "<reason>")]
    assert len(facts) == 1
    assert await store.read(lambda connection: explained(connection, "'; --")) == ([], [])


# --- how it is found --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("statement", "index"),
    [
        ("_visits", "ix_queue_visit_completed"),
        ("_broken_off", "ix_queue_visit_talking"),
        ("_dialled", "ix_call_dialled"),
    ],
)
async def test_what_ended_is_found_by_an_index(
    sqlite_place: Any, statement: str, index: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a table of a million rows nothing else is fast enough; what was joined is found by its own."""
    store = await Store.open(sqlite_place.settings, sqlite_place.state_dir)
    await store.commit(visit(1))
    plans: list[str] = []

    async def explaining(connection: Any) -> None:
        class Explaining:
            async def execute(self, statement: Any) -> Sequence[Any]:
                sql = str(
                    statement.compile(dialect=connection.dialect, compile_kwargs={"literal_binds": True})
                )
                rows = await connection.execute(text(f"EXPLAIN QUERY PLAN {sql}"))
                plans.extend(row.detail for row in rows)
                return []

        more = (ROSTER,) if statement == "_dialled" else ()
        asked: Any = getattr(queries, statement)
        await asked(Explaining(), AT, NOW, 500, *more)

    await store.read(explaining)
    await store.close()
    assert any(index in plan for plan in plans), plans
    assert any("ix_conversation_uniqueid" in plan for plan in plans), plans
    assert not any(plan.startswith("SCAN") and "CONSTANT" not in plan for plan in plans), plans


async def test_a_day_is_read_as_it_was_at_one_moment(store: Store, place: Place) -> None:
    """While picks are being made: each that is told is in the population, and none there is untold."""

    async def making() -> None:
        for n in range(60):
            about = {"unit": f"{n:020x}", "pbx": "main", "day": AT.date()}
            seen_one = sample(ConversationSeen, **about, picked="threshold")
            await store.commit([seen_one, sample(CallPicked, key=f"k{n}", **about, reason="threshold")])

    making_them = asyncio.create_task(making())
    looked = 0
    async with opened(place.settings, place.state_dir) as archive:
        while not making_them.done():
            found = await archive.read(lambda connection: drawn(connection, AT.date()))
            picked = {msgspec.json.decode(text)["unit"] for text in found.facts}
            assert picked == {member.unit for member in found.members}
            looked += 1
    await making_them
    assert looked
