"""The loop: what comes first, what keeps its order, what is dropped, and what waits for a commit."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Coroutine, Iterable
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from structlog.testing import capture_logs

from ccd import engine as engines
from ccd import runner as runners
from ccd.config import Settings
from ccd.effects import AnswerAct, AnswerSignIn, CancelDeadline, Effect, SetDeadline
from ccd.engine import Engine, Outcome
from ccd.events import (
    AmiReceived,
    BlindBegan,
    BlindEnded,
    CallEnded,
    CallFacts,
    DeadlineDue,
    Event,
    IncidentOpened,
    Kept,
    MemberPaused,
    MemberRemoved,
    PbxLinked,
    PbxLost,
    PbxSynced,
    Person,
    PersonArrived,
    RosterReplaced,
    SignInAsked,
)
from ccd.message import Message
from ccd.runner import Runner
from ccd.world import World

AT = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
TWO_PBXS = Settings.model_validate({"pbx": {"main": {"secret": "x"}, "north": {"secret": "x"}}})
SEAT = RosterReplaced(
    at=AT, version="1", by="test", people=(Person("1001", "李雷", "agent", "A", "A-1", "PJSIP/1001"),)
)


class Rig:
    """A runner with a journal that keeps everything, and a store whose commits the test decides about."""

    def __init__(self, *, limit: int = 200_000, perform: Callable[[Effect], None] | None = None) -> None:
        self.inputs: list[Event] = []
        self.kept: list[Event] = []
        self.done: list[Effect] = []
        self.armed: list[SetDeadline | CancelDeadline] = []
        self.where: list[asyncio.Future[str]] = []
        self.observed: list[Outcome] = []
        self.restarted: list[str] = []
        self.commits: list[asyncio.Future[None]] = []
        self.world = World(TWO_PBXS, AT)
        self.runner = Runner(
            Engine(self.world),
            store=self,
            observer=self,
            arm=self.arm,
            keep=self.keep,
            perform=perform or self.done.append,
            restart_session=self.restarted.append,
            journal=self,
            limit=limit,
        )

    def append(self, event: Event) -> None:
        self.inputs.append(event)

    def enqueue(self, facts: Iterable[Event]) -> None:
        self.kept += facts

    def commit(self, facts: Iterable[Event]) -> Coroutine[Any, Any, None]:
        self.kept += facts
        commit = asyncio.get_running_loop().create_future()
        self.commits.append(commit)

        async def committed() -> None:
            await commit

        return committed()

    def arm(self, effect: SetDeadline | CancelDeadline) -> SetDeadline | None:
        self.armed.append(effect)
        return effect if isinstance(effect, SetDeadline) and effect.durable else None

    def keep(self, facts: Iterable[Any]) -> asyncio.Future[str]:
        self.kept += facts
        self.where.append(asyncio.get_running_loop().create_future())
        return self.where[-1]

    def observe(self, event: Event | None, outcome: Outcome, world: World) -> None:
        self.observed.append(outcome)

    async def work_off(self) -> None:
        """What is in the lanes now."""
        self.runner.stop()
        await self.runner.run()

    def link(self, pbx: str = "main") -> None:
        self.runner.in_order(pbx, PbxLinked(at=AT, pbx=pbx, version="22", boot="1"))
        self.runner.messages(pbx, AT, [_queue("support"), _member("1001"), _member("1002")])
        self.runner.in_order(pbx, PbxSynced(at=AT, pbx=pbx))

    def of(self, *kinds: type[Event]) -> list[Any]:
        return [fact for fact in self.kept if isinstance(fact, kinds)]

    @property
    def times(self) -> list[datetime]:
        return [event.at for event in self.inputs]


def _queue(name: str) -> Message:
    return Message.of(Event="QueueParams", Queue=name)


def _member(number: str, queue: str = "support") -> Message:
    device = f"PJSIP/{number}"
    return Message.of(
        Event="QueueMember",
        Queue=queue,
        Location=device,
        StateInterface=device,
        Name=number,
        Membership="dynamic",
        Paused="0",
        Status="1",
    )


def _pause(number: str, on: bool, queue: str = "support") -> Message:
    return Message.of(
        Event="QueueMemberPause", Queue=queue, Interface=f"PJSIP/{number}", Paused="1" if on else "0"
    )


def _arrives(request: str = "r1") -> SignInAsked:
    return SignInAsked(
        at=AT + SECOND,
        request=request,
        pbx="main",
        seat="A-1",
        code="1001",
        kind="arrive",
        pin_ok=True,
        how="console",
    )


# --- lanes ------------------------------------------------------------------------------------------------


async def test_commands_and_deadlines_go_ahead_of_messages_that_came_earlier() -> None:
    rig = Rig()
    rig.runner.messages("main", AT, [_queue("a"), _queue("b")])
    rig.runner.submit(DeadlineDue(at=AT + SECOND, key="x|main|y", late_s=0.0))
    rig.runner.submit(_arrives())
    await rig.work_off()
    assert [type(event) for event in rig.inputs] == [DeadlineDue, SignInAsked, AmiReceived, AmiReceived]


async def test_a_link_change_keeps_its_place_among_the_messages() -> None:
    rig = Rig()
    rig.runner.messages("main", AT, [_queue("a"), _queue("b")])
    rig.runner.in_order("main", PbxSynced(at=AT, pbx="main"))
    rig.runner.messages("main", AT, [_queue("c")])
    await rig.work_off()
    assert [getattr(event, "text", "synced")[-1] for event in rig.inputs] == ["a", "b", "d", "c"]
    assert rig.times == sorted(rig.times)


async def test_a_message_that_is_being_worked_on_delays_a_command_by_no_more_than_itself() -> None:
    rig = Rig(perform=lambda effect: None)
    rig.runner.messages("main", AT, [_queue(str(number)) for number in range(1000)])
    working = asyncio.create_task(rig.runner.run())
    await asyncio.sleep(0)
    before = len(rig.inputs)
    rig.runner.submit(_arrives())
    rig.runner.stop()
    await working
    assert isinstance(rig.inputs[before], SignInAsked)


async def test_the_loop_is_given_back_between_slices(monkeypatch: pytest.MonkeyPatch) -> None:
    """However long the burst: after ``SLICE_S`` others have their turn."""
    ticks = iter(range(10**9))
    watch = SimpleNamespace(monotonic=lambda: next(ticks) * runners.SLICE_S / 4)
    monkeypatch.setattr(runners, "time", watch)
    rig = Rig()
    rig.runner.messages("main", AT, [_queue(str(number)) for number in range(640)])
    turns = 0

    async def others() -> None:
        nonlocal turns
        while len(rig.inputs) < 640:
            turns += 1
            await asyncio.sleep(0)

    async with asyncio.TaskGroup() as group:
        group.create_task(others())
        group.create_task(rig.work_off())
    assert turns >= 640 / (4 * runners.STEP)  # a slice is four looks at this clock


async def test_the_heart_of_the_loop_beats_also_when_nothing_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    class Soon:
        """asyncio.timeout, a hundred times as fast."""

        def timeout(self, seconds: float) -> asyncio.Timeout:
            return asyncio.timeout(seconds / 100)

        def __getattr__(self, name: str) -> Any:
            return getattr(asyncio, name)

    monkeypatch.setattr(runners, "asyncio", Soon())
    rig = Rig()
    working = asyncio.create_task(rig.runner.run())
    async with asyncio.timeout(10):
        while rig.runner.advanced < 5:
            await asyncio.sleep(0.01)
    rig.runner.stop()
    await working
    assert rig.inputs == []


# --- time and order ---------------------------------------------------------------------------------------


@given(st.lists(st.tuples(st.integers(-7200, 7200), st.integers(0, 5), st.booleans()), max_size=20))
def test_order_is_kept_across_reads_also_when_the_clock_steps_back(
    reads: list[tuple[int, int, bool]],
) -> None:
    async def play() -> None:
        rig = Rig()
        sent: list[str] = []
        for second, count, link in reads:
            at = AT + timedelta(seconds=second)
            texts = [f"{len(sent)}-{number}" for number in range(count)]
            rig.runner.messages("main", at, [_queue(text) for text in texts])
            sent += texts
            if link:
                rig.runner.in_order("main", PbxSynced(at=at, pbx="main"))
        await rig.work_off()
        received = [event.message().get("Queue") for event in rig.inputs if isinstance(event, AmiReceived)]
        assert received == sent
        assert rig.times == sorted(rig.times)
        messages = [event.at for event in rig.inputs if isinstance(event, AmiReceived)]
        assert len(set(messages)) == len(messages), "no two messages of a PBX at the same time"

    asyncio.run(play())


async def test_messages_of_one_read_are_a_microsecond_apart() -> None:
    rig = Rig()
    rig.runner.messages("main", AT, [_queue("a"), _queue("b"), _queue("c")])
    await rig.work_off()
    assert rig.times == [AT + timedelta(microseconds=number) for number in range(3)]


# --- overflow ---------------------------------------------------------------------------------------------


async def test_a_pbx_that_overflows_starts_over_and_is_blind_from_the_first_message_dropped() -> None:
    rig = Rig(limit=50)
    rig.link("main")
    rig.link("north")
    rig.runner.messages("north", AT + 3 * SECOND, [_pause("1001", True)])
    rig.runner.messages("main", AT + 2 * SECOND, [_pause("1001", True)] * 30)
    rig.runner.messages("main", AT + 3 * SECOND, [_pause("1002", True)] * 15)
    await rig.work_off()
    assert rig.restarted == ["main"]
    assert rig.runner.overflows == 1
    assert rig.world.pbxs["main"].blind_since == AT
    assert not rig.world.pbxs["main"].synced
    assert [fact.pbx for fact in rig.of(MemberPaused)] == ["north"], "another PBX's lane is untouched"
    assert rig.world.pbxs["north"].synced


async def test_what_was_seen_before_an_overflow_stands_and_nothing_is_invented_by_it() -> None:
    """A link change among what is dropped would tell of a whole snapshot, whose messages are gone."""
    rig = Rig(limit=50)
    rig.link()
    working = asyncio.create_task(rig.runner.run())
    async with asyncio.timeout(10):
        while rig.runner.inbox:
            await asyncio.sleep(0)
    rig.runner.in_order("main", PbxLost(at=AT + SECOND, pbx="main", last_heard=AT + SECOND / 2, why="reset"))
    rig.link()
    rig.runner.messages("main", AT + 2 * SECOND, [_pause("1002", True)] * 50)
    rig.runner.stop()
    await working
    assert rig.of(MemberRemoved, CallEnded) == []
    assert rig.world.pbxs["main"].blind_since == AT + SECOND / 2
    assert [type(fact) for fact in rig.of(BlindBegan, BlindEnded)][-1] is BlindBegan
    assert not rig.world.pbxs["main"].synced


async def test_it_is_the_pbx_with_the_most_waiting_that_is_dropped() -> None:
    rig = Rig(limit=50)
    rig.runner.messages("main", AT, [_queue(str(number)) for number in range(50)])
    rig.runner.messages("north", AT, [_queue("quiet")])
    await rig.work_off()
    assert rig.restarted == ["main"]
    assert [event.message().get("Queue") for event in rig.inputs if isinstance(event, AmiReceived)] == [
        "quiet"
    ]


# --- defects ----------------------------------------------------------------------------------------------


async def test_one_bad_message_costs_itself_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """And what was found out before it failed is kept: the world has changed by it."""
    from ccd.following import follow as following

    real = following.HANDLERS["QueueMemberPause"]

    def stumbles(pbx: Any, at: datetime, message: Message) -> None:
        real(pbx, at, message)
        if message.get("Interface") == "PJSIP/1001":
            raise KeyError("a defect")

    monkeypatch.setitem(following.HANDLERS, "QueueMemberPause", stumbles)
    rig = Rig()
    rig.link()
    rig.runner.messages("main", AT + SECOND, [_pause("1001", True), _pause("1002", True)])
    await rig.work_off()
    assert rig.runner.errors == 1
    assert [fact.interface for fact in rig.of(MemberPaused)] == ["PJSIP/1001", "PJSIP/1002"]


async def test_a_policy_that_fails_on_a_fact_is_not_given_it_again(monkeypatch: pytest.MonkeyPatch) -> None:
    calls = 0

    class Stumbles:
        NAME = "recordings"

        def decide(self, event: Event, world: World, settings: object) -> list[Event | Effect]:
            nonlocal calls
            calls += 1
            raise ZeroDivisionError

    rig = Rig()
    rig.runner.engine._subscribers = {MemberPaused: [Stumbles()]}  # type: ignore[list-item]
    rig.link()
    rig.runner.messages("main", AT + SECOND, [_pause("1001", True), _pause("1002", True)])
    await rig.work_off()
    assert calls == 2
    assert rig.runner.errors == 2
    assert [fact.interface for fact in rig.of(MemberPaused)] == ["PJSIP/1001", "PJSIP/1002"]


async def test_a_command_that_fails_costs_itself_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    rig = Rig()

    def fails(world: World, event: Any) -> None:
        raise RuntimeError("a defect")

    monkeypatch.setitem(engines._INPUTS, DeadlineDue, fails)  # type: ignore[misc]
    rig.runner.submit(DeadlineDue(at=AT, key="x|main|y", late_s=0.0))
    rig.runner.messages("main", AT, [_queue("a")])
    await rig.work_off()
    assert (rig.runner.errors, rig.runner.processed) == (1, 2)
    assert "a" in rig.world.pbxs["main"].queues


# --- effects and commits ----------------------------------------------------------------------------------


async def test_nobody_is_told_of_a_sign_in_before_it_is_committed() -> None:
    rig = Rig()
    rig.runner.submit(SEAT)
    rig.runner.submit(_arrives())
    await rig.work_off()
    assert rig.of(PersonArrived), "the store has it at once"
    assert rig.done == []
    rig.commits[-1].set_result(None)
    await rig.runner.settled(10)
    assert [type(effect) for effect in rig.done] == [AnswerSignIn]


async def test_where_the_commit_never_comes_nobody_is_told() -> None:
    rig = Rig()
    rig.runner.submit(SEAT)
    rig.runner.submit(_arrives())
    await rig.work_off()
    await rig.runner.settled(0.05)
    assert rig.done == []
    rig.commits[-1].set_exception(OSError("the store was closed before this was written"))
    await rig.runner.settled(10)
    assert rig.done == []


async def test_one_commit_that_waits_does_not_hold_up_what_rests_on_no_durable_fact() -> None:
    rig = Rig()
    rig.runner.submit(SEAT)
    rig.runner.submit(_arrives("first"))
    rig.runner.submit(_arrives("second"))  # already here: no fact, an answer
    rig.link()
    rig.runner.messages("main", AT + SECOND, [_pause("1001", True)])
    await rig.work_off()
    assert [effect.key for effect in rig.done if isinstance(effect, AnswerSignIn)] == ["second"]
    assert rig.of(MemberPaused)


async def test_timers_of_the_picture_do_not_wait_for_the_database() -> None:
    """A PBX comes back while the database is away: wrap-ups must end all the same."""
    timer = SetDeadline(key="wrapup|main|PJSIP/1001", because="test", after_s=5.0, durable=False)
    kept = SetDeadline(key="kept", because="test", after_s=5.0)
    rig = Rig()
    outcome = Outcome()
    outcome.facts = [BlindEnded(at=AT, pbx="main", began=AT)]
    outcome.effects = [kept, timer]
    rig.runner._pass_on(None, outcome)
    assert rig.armed == [kept, timer]


def opened(*effects: Effect) -> Outcome:
    outcome = Outcome()
    outcome.facts = [
        IncidentOpened(
            at=AT,
            incident="threat-1",
            n=1,
            ladder="threat",
            severity="high",
            request="r1",
            how="console",
            by="",
            facts=CallFacts(),
            arrive_within_s=900,
        )
    ]
    outcome.effects = list(effects)
    return outcome


TOLD = AnswerAct(key="r1", because="test", accepted=True, incident="threat-1")


async def test_the_rows_of_timers_are_written_with_the_facts_that_set_them() -> None:
    rig = Rig()
    timer = SetDeadline(key="incident|threat-1|police", because="test", after_s=900)
    rig.runner._pass_on(None, opened(timer))
    assert [type(item).__name__ for item in rig.kept] == ["IncidentOpened", "SetDeadline"]
    assert len(rig.where) == 1


@pytest.mark.parametrize("where", ["store", "spool", "memory"])
async def test_people_are_told_of_an_incident_wherever_its_record_went(where: str) -> None:
    rig = Rig()
    outcome = opened(TOLD)
    rig.world.apply(outcome.facts[0])
    rig.runner._pass_on(None, outcome)
    await asyncio.sleep(0)
    assert rig.done == []
    rig.where[-1].set_result(where)
    await rig.runner.settled(10)
    assert rig.done == [msgspec.structs.replace(TOLD, saved=where)]
    working = asyncio.create_task(rig.runner.run())
    rig.runner.stop()
    await working
    assert [event.where for event in rig.inputs if isinstance(event, Kept)] == [where] * (where != "store")


async def test_a_later_step_is_never_carried_out_before_an_earlier_one() -> None:
    """The store has failed meanwhile, so the later one was given no time: a ring, and its end."""
    rig = Rig()
    ring, end = TOLD, msgspec.structs.replace(TOLD, key="r2")
    for effect in (ring, end):
        rig.runner._pass_on(None, opened(effect))
    rig.where[1].set_result("spool")
    for _ in range(5):
        await asyncio.sleep(0)
    assert rig.done == []
    rig.where[0].set_result("spool")
    await rig.runner.settled(10)
    assert [effect.key for effect in rig.done] == [ring.key, end.key]


async def test_a_defect_in_keeping_the_record_holds_up_nobody() -> None:
    rig = Rig()
    rig.runner._pass_on(None, opened(TOLD))
    rig.where[-1].set_exception(RuntimeError("a defect"))
    with capture_logs() as logs:
        await rig.runner.settled(10)
    assert rig.done == [msgspec.structs.replace(TOLD, saved="memory")]
    assert [line["event"] for line in logs] == ["keeping_failed"]


async def test_what_is_in_the_lanes_when_it_is_stopped_is_still_worked_off() -> None:
    rig = Rig()
    working = asyncio.create_task(rig.runner.run())
    rig.runner.messages("main", AT, [_queue(str(number)) for number in range(5000)])
    rig.runner.submit(SEAT)
    rig.runner.stop()
    await working
    assert len(rig.inputs) == 5001
    assert rig.runner.inbox == 0


async def test_a_defect_that_comes_with_every_event_does_not_flood_the_log_nor_hide_another(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from ccd.following import follow as following

    def stumbles(pbx: Any, at: datetime, message: Message) -> None:
        raise KeyError("a defect")

    for name in ("QueueMemberPause", "QueueMember"):
        monkeypatch.setitem(following.HANDLERS, name, stumbles)
    rig = Rig()
    rig.runner.messages("main", AT, [_pause("1001", bool(number % 2)) for number in range(2500)])
    rig.runner.messages("main", AT, [_member("1001")])
    with capture_logs() as logs:
        await rig.work_off()
    assert rig.runner.errors == 2501
    logged = Counter(entry["kind"] for entry in logs if entry["event"] == "message_failed")
    assert logged == {"QueueMemberPause": 12, "QueueMember": 1}
