"""Killed at every step of a threat call, the daemon loses nothing, skips nothing, and calls the police once.

The daemon is a process of its own that sends itself SIGKILL at the point (``killed``), and is started again
as it is shipped. What must hold is looked at from outside: ``held`` for all, and what each story says.
"""

from __future__ import annotations

import asyncio
import hashlib
import itertools
import os
import random
import signal
import traceback
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import pytest

from ccd import events as e
from tests.e2e.emergency import PATIENT_S, REARMED_S, Floor, Street, locked, prepare, presses_in_turn, street
from tests.e2e.outside import until
from tests.pbx.asterisk import Asterisk
from tests.pbx.fixtures import running
from tests.pbx.incidents import command, mark
from tests.pbx.phones import answers
from tests.pbx.sipua import Call

pytestmark = pytest.mark.pbx

LEADS = ("1006", "1007", "1008", "1009", "1010", "1021")
"""So many daemons stand side by side."""
AGENT = "1020"
ROUNDS = 10
"""Of the long campaign: each goes through the whole table."""
STARTING = 2
"""So many start at the same time: what that takes is measured."""
ACKNOWLEDGES = presses_in_turn((0.5, "1"))
"""Where it is asked for a voice, this key means nothing: it goes on to the police."""
STANDS_DOWN = presses_in_turn((0.5, "9"), (0.5, "1"))
"""Where it is told, a 9 means nothing, and 1 acknowledges."""
DITHERS = presses_in_turn((0.5, "1"), (0.6, "9"), (2.9, "9"))
"""Is about to stand down, and gives no reason: it takes some six seconds until the police are dialled."""


Play = Callable[[Floor], Awaitable[None]]
Outcomes = dict[str, BaseException | None]


# --- stories: what people do, whatever becomes of the daemon ------------------------------------------------


async def nobody_comes(floor: Floor) -> None:
    await floor.report()
    await floor.until_fact(e.PoliceAnswered)


async def the_manager_comes(floor: Floor) -> None:
    await floor.report()
    await floor.until_fact(e.Acknowledged)
    await floor.act("arrive", floor.manager)
    await floor.until_fact(e.Arrived)


async def the_lead_stands_down(floor: Floor) -> None:
    floor.phone.behaviour = STANDS_DOWN
    await floor.report()
    await floor.until_fact(e.StoodDown)


async def somebody_else_stands_down(floor: Floor) -> None:
    """While the lead's phone rings, who takes it when the daemon is there again, if it rings still."""

    async def takes_it_later(call: Call) -> None:
        if call is floor.phone.calls[0]:
            await ACKNOWLEDGES(call)
            return
        await call.ring()
        await until("the daemon is there again", lambda: _started(floor, 2), PATIENT_S)
        await asyncio.sleep(1)
        await call.answer()

    floor.phone.behaviour = takes_it_later
    await floor.report()
    await floor.until_fact(e.VoiceSought)
    await until("the phone rings", lambda: _rings_again(floor), PATIENT_S)
    await floor.act("stand_down", floor.lead, "a hoax")
    await floor.until_fact(e.StoodDown)
    await until("the phone is let go", lambda: _ended(floor), PATIENT_S)


async def the_police_are_wanted_after_all(floor: Floor) -> None:
    """Somebody had arrived while the lead was listening."""
    floor.phone.behaviour = DITHERS
    await floor.report()
    sought = await floor.until_fact(e.VoiceSought)
    await floor.until_fact(e.TellingEnded, key=sought.key, result="answered")
    await floor.act("arrive", floor.manager)
    await until("the lead is let go", lambda: _ended(floor), PATIENT_S)
    floor.phone.behaviour = ACKNOWLEDGES
    await floor.act("police", floor.lead)
    await floor.until_fact(e.PoliceAnswered)


async def the_police_are_busy(floor: Floor) -> None:
    """As long as the daemon is away."""
    await floor.report()
    opened = await floor.until_fact(e.IncidentOpened)
    floor.street.refused.add(opened.incident)
    await until("it is there again", lambda: _started(floor, 2), PATIENT_S)
    floor.street.refused.clear()
    await floor.until_fact(e.PoliceAnswered)


async def the_database_is_locked(floor: Floor) -> None:
    """Until the daemon is gone."""
    with locked(floor.daemon.state / "ccd.sqlite"):
        reporting = asyncio.create_task(floor.report())
        await until("it is gone", lambda: _dead(floor), PATIENT_S)
    await reporting
    await floor.until_fact(e.PoliceAnswered)


async def reported_by_key(floor: Floor) -> None:
    """The agent presses *9 in the middle of a call."""
    await floor.sign_in(floor.agent, "A01")
    caller = await floor.street.phones.outside.call("802", caller="13800138000")
    agent = floor.street.phones[AGENT]
    await until("the agent talks", lambda: _talks(floor, len(agent.calls)), PATIENT_S)
    await asyncio.sleep(0.3)
    await agent.calls[-1].press("*9")
    opened = await floor.until_fact(e.IncidentOpened)
    assert (opened.ladder, opened.facts.seat, opened.facts.agent) == ("threat", "A01", floor.agent)
    await floor.until_fact(e.PoliceAnswered)
    await caller.hangup()
    kept = await floor.until_fact(e.EvidenceKept, final=True)
    assert hashlib.sha256(Path(kept.path).read_bytes()).hexdigest() == kept.sha256


async def _rings_again(floor: Floor) -> bool:
    return len(floor.phone.calls) > 1


async def _ended(floor: Floor) -> bool:
    return bool(floor.phone.calls[-1].ended.is_set())


async def _started(floor: Floor, times: int) -> bool:
    return floor.starts >= times


async def _dead(floor: Floor) -> bool:
    return not floor.daemon.runs


async def _talks(floor: Floor, before: int) -> bool:
    calls = floor.street.phones[AGENT].calls
    return len(calls) >= max(before, 1) and bool(calls[-1].answered.is_set()) and not calls[-1].ended.is_set()


# --- the table ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Plan:
    """Killed ``at`` (``killed.POINTS``; "": not at all) while ``story`` goes on, and away for ``away_s``.

    ``once``: the lead's phone cannot have been rung twice to be told. ``soak``: left to
    the long campaign, since another point is close to it.
    """

    at: str
    story: Callable[[Floor], Awaitable[None]] = nobody_comes
    away_s: float = 0.0
    within_s: float = 4.0
    once: bool = False
    soak: bool = False


PLANS: dict[str, Plan] = {
    plan.at if plan.story is nobody_comes and not plan.away_s else f"{plan.at}; {plan.story.__name__}": plan
    for plan in (
        Plan("report taken", once=True),
        Plan("deadline armed", once=True, soak=True),
        Plan("incident written", once=True),
        Plan("report answered"),
        Plan("spool written", the_database_is_locked, once=True),
        Plan("first ring to be sent", once=True),
        Plan("first ring sent"),
        Plan("first ring sent", away_s=2.0, once=True),
        Plan("message to be sent", soak=True),
        Plan("message delivered"),
        Plan("delivery written", soak=True),
        Plan("key 1 heard", once=True),
        Plan("acknowledgement taken", once=True, soak=True),
        Plan("acknowledgement written", once=True),
        Plan("second rung taken", once=True, soak=True),
        Plan("second rung written", once=True),
        Plan("arrival taken", the_manager_comes, within_s=60),
        Plan("arrival written", the_manager_comes, within_s=60),
        Plan("warning written"),
        Plan("deadline came"),
        Plan("police due taken", soak=True),
        Plan("police due written"),
        Plan("voice to be rung"),
        Plan("voice rung"),
        Plan("voice rung", away_s=5.0),
        Plan("police dialled"),
        Plan("police dialled", the_police_are_busy, away_s=3.0),
        Plan("police dialled, taken", soak=True),
        Plan("police dialled, written"),
        Plan("police answered"),
        Plan("key 9 heard", the_lead_stands_down),
        Plan("stand-down taken", the_lead_stands_down),
        Plan("stand-down written", the_lead_stands_down),
        Plan("to be barred", somebody_else_stands_down),
        Plan("to be let in again", the_police_are_wanted_after_all),
    )
}
CALLS: dict[str, Plan] = {
    at: Plan(at, reported_by_key, away_s=1.5 if at == "report heard" else 0.0)
    for at in ("report heard", "incident written", "report answered", "copy made", "copy written")
}
ON_16 = ("first ring sent", "voice rung", "police dialled", "stand-down written; the_lead_stands_down")
CALLS_ON_16 = ("report heard",)


async def play(floor: Floor, plan: Plan, after_s: float = 0.0, again_s: float = 0.0) -> None:
    """Raises AssertionError where something that must hold does not. Killed so long after the point; and,
    with ``again_s``, once more so long after it was there again.
    """
    floor.phone.behaviour = ACKNOWLEDGES
    await floor.open(plan.within_s, KILLED_AT=plan.at, KILLED_AFTER_S=f"{after_s}")
    story = asyncio.ensure_future(plan.story(floor))
    try:
        await floor.dies()
        await asyncio.sleep(plan.away_s)
        await floor.again()
        if again_s:
            await asyncio.sleep(again_s)
            await floor.outside.stop(signal.SIGKILL)
            await floor.again()
        await story
        await held(floor, plan)
    finally:
        story.cancel()
        await asyncio.gather(story, return_exceptions=True)


async def held(floor: Floor, plan: Plan) -> None:
    """What must hold whatever happened."""
    await until("all letters are delivered", lambda: _all_told(floor), PATIENT_S)
    await until("no call is left", lambda: _ended(floor), PATIENT_S)
    [opened] = floor.facts(e.IncidentOpened)
    every = floor.facts()
    assert {fact.incident for fact in every} == {opened.incident}, "one report is one incident"
    assert [fact.n for fact in every] == list(range(1, len(every) + 1)), "without a gap"
    assert opened.request == floor.request or plan.story is reported_by_key
    rungs = [fact.rung for fact in floor.facts(e.RungBegan)]
    assert rungs == list(range(len(rungs))), "each rung once, and in order"
    told = [fact.key for fact in floor.facts(e.PersonTold)]
    sought = [fact.key for fact in floor.facts(e.VoiceSought)]
    assert len(set(told)) == len(told), "nobody is told twice under different words"
    assert len(set(sought)) == len(sought)
    letters = floor.letters()
    written = {fact.key for fact in floor.facts(e.PersonTold) if fact.means in ("email", "webhook")}
    assert set(letters) == written, set(letters) ^ written
    assert all(times <= floor.starts for times in letters.values()), letters
    kinds = [fact.kind for fact in floor.facts(e.PersonTold)]
    unheard = (the_police_are_busy, the_police_are_wanted_after_all)
    assert "dial_yourself" not in kinds or plan.story in unheard, "ccd could dial, and did"
    assert all(seconds < REARMED_S for seconds in floor.rearmed_s), floor.rearmed_s
    await rang(floor, plan)
    await called(floor, plan, opened.incident)
    await _nothing_noted_is_lost(floor)
    code, _ = await floor.outside.stop(signal.SIGTERM)
    assert code == 0, floor.daemon.tail()
    await asyncio.to_thread(floor.daemon.ccd, "audit", "verify")


async def rang(floor: Floor, plan: Plan) -> None:
    """The lead's phone: once for each key, and once more at most for each time the daemon was killed."""
    here = f"main/PJSIP/{floor.extension}"
    to_tell = {fact.key for fact in floor.facts(e.PersonTold) if fact.where == here}
    for_police = {fact.key for fact in floor.facts(e.VoiceSought) if fact.where == here}
    answered = {fact.key for fact in floor.facts(e.TellingEnded) if fact.result not in ("failed", "silent")}
    calls, keys = len(floor.phone.calls), to_tell | for_police
    alone = 1 if floor.facts(e.IncidentOpened)[0].told_alone else 0
    assert len(keys & answered) <= calls <= len(keys) + floor.starts - 1 + alone * 3
    if plan.once:
        assert len(to_tell) == 1
        assert calls - len(for_police) <= 1


async def called(floor: Floor, plan: Plan, incident: str) -> None:
    """At most once, and once where nobody came and nobody stood down."""
    calls = [call for call in floor.street.police_calls(incident) if call.answered.is_set()]
    spared = floor.facts(e.StoodDown) or floor.facts(e.Arrived)
    needed = not spared or any(fact.why == "asked" for fact in floor.facts(e.PoliceDue))
    assert len(calls) == int(needed)
    assert len(floor.street.police_calls(incident)) == len(calls) or plan.story is the_police_are_busy
    noted = await asyncio.to_thread(mark, floor.street.pbx, "ccd-police", incident)
    assert noted[:1] in ([["answered"]] if needed else [["barred"], []])


async def _all_told(floor: Floor) -> bool:
    ended = {fact.key for fact in floor.facts(e.TellingEnded)}
    return all(fact.key in ended for fact in floor.facts(e.PersonTold) if fact.means != "phone")


async def _nothing_noted_is_lost(floor: Floor) -> None:
    """A key that was pressed is on record, whether the dialplan's own note of it has gone already or not."""
    left = await asyncio.to_thread(command, floor.street.pbx, "database show ccd-ring")
    known = {(fact.key, fact.result) for fact in floor.facts(e.TellingEnded)}
    for line in left.splitlines():
        key, _, value = line.partition(":")
        key, result = key.strip().removeprefix("/ccd-ring/"), value.strip().partition("|")[0]
        if floor.incident in key and result != "hung_up":
            assert (key, result) in known, left


# --- away across the deadline -------------------------------------------------------------------------------

AWAY_S = 3.0
LATE_WITHIN_S = 2.5


async def stopped(floor: Floor) -> None:
    """In good order, and started again later."""
    await floor.outside.stop(signal.SIGTERM)
    await asyncio.sleep(LATE_WITHIN_S + AWAY_S)
    await floor.again()


async def frozen(floor: Floor) -> None:
    """As a machine that is suspended."""
    os.kill(floor.daemon.pid, signal.SIGSTOP)
    await asyncio.sleep(LATE_WITHIN_S + AWAY_S)
    os.kill(floor.daemon.pid, signal.SIGCONT)
    await floor.back_in_time()


async def late(floor: Floor, away: Play) -> None:
    floor.phone.behaviour = ACKNOWLEDGES
    await floor.open(LATE_WITHIN_S)
    await floor.report()
    opened = await floor.until_fact(e.IncidentOpened)
    await away(floor)
    due = await floor.until_fact(e.PoliceDue)
    assert due.late_s >= AWAY_S - 0.1
    assert abs((due.at - opened.at).total_seconds() - LATE_WITHIN_S - due.late_s) < 0.2
    await floor.until_fact(e.PoliceAnswered)
    await held(floor, Plan(""))


LATE: dict[str, Play] = {away.__name__: partial(late, away=away) for away in (stopped, frozen)}


# --- the campaign -------------------------------------------------------------------------------------------


async def side_by_side(here: Street, plays: dict[str, Play], outcomes: Outcomes) -> None:
    """Several daemons at one PBX, each with a lead and an incident of its own."""
    free = asyncio.Queue[str]()
    for extension in LEADS:
        free.put_nowait(extension)

    async def one(name: str, what: Play) -> None:
        extension = await free.get()
        outcomes[name] = await _outcome(Floor(here, extension, f"{len(outcomes)}-{extension}"), what)
        free.put_nowait(extension)

    await asyncio.gather(*(one(name, what) for name, what in plays.items()))


async def one_by_one(here: Street, plays: dict[str, Play], outcomes: Outcomes) -> None:
    """A report from a call is heard by every daemon there is."""
    await asyncio.to_thread(command, here.pbx, f"queue add member PJSIP/{AGENT} to vip")
    here.phones[AGENT].behaviour = answers()
    for name, what in plays.items():
        for family in ("missed", "taken", "duty", "alone"):
            await asyncio.to_thread(command, here.pbx, f"database deltree ccd-{family}")
        outcomes[name] = await _outcome(Floor(here, LEADS[0], f"call-{len(outcomes)}"), what)


async def _outcome(floor: Floor, what: Play) -> BaseException | None:
    floor.phone.calls.clear()
    try:
        await what(floor)
    except Exception as error:
        error.add_note(f"{floor.story()}\n{floor.daemon.tail(12)}")
        return error
    finally:
        await floor.close()
    return None


def campaign(version: str, folder: Path, plays: dict[str, Play], of_calls: dict[str, Play]) -> Outcomes:
    """At two PBXs at the same time."""
    outcomes: Outcomes = {}

    async def both(one: Asterisk, other: Asterisk) -> None:
        starting = asyncio.Semaphore(STARTING)
        async with (
            street(one, folder, starting, *LEADS) as here,
            street(other, folder, starting, LEADS[0], AGENT) as there,
        ):
            await asyncio.gather(side_by_side(here, plays, outcomes), one_by_one(there, of_calls, outcomes))

    with running(version, prepare) as one, running(version, prepare) as other:
        asyncio.run(both(one, other))
    return outcomes


@pytest.fixture(scope="module")
def killed22(tmp_path_factory: pytest.TempPathFactory) -> Outcomes:
    plays = {name: partial(play, plan=plan) for name, plan in PLANS.items() if not plan.soak}
    of_calls = {name: partial(play, plan=plan) for name, plan in CALLS.items()}
    return campaign("22", tmp_path_factory.mktemp("killed"), LATE | plays, dict(of_calls))


@pytest.fixture(scope="module")
def killed16(tmp_path_factory: pytest.TempPathFactory) -> Outcomes:
    plays = {name: partial(play, plan=PLANS[name]) for name in ON_16}
    of_calls = {name: partial(play, plan=CALLS[name]) for name in CALLS_ON_16}
    return campaign("16", tmp_path_factory.mktemp("killed"), dict(plays), dict(of_calls))


@pytest.mark.parametrize("name", [*(name for name, plan in PLANS.items() if not plan.soak), *CALLS])
def test_killed_at(killed22: Outcomes, name: str) -> None:
    _raise(killed22[name])


@pytest.mark.parametrize("name", [*ON_16, *CALLS_ON_16])
def test_killed_at_on_16(killed16: Outcomes, name: str) -> None:
    _raise(killed16[name])


@pytest.mark.parametrize("name", LATE)
def test_away_across_the_deadline(killed22: Outcomes, name: str) -> None:
    _raise(killed22[name])


@pytest.mark.soak
def test_killed_at_any_moment(tmp_path: Path) -> None:
    """Shortly after every point, and often once more while it takes up its work again."""
    outcomes = any_moment(tmp_path, rounds=ROUNDS, seed=random.randrange(1_000_000))
    failed = {name: error for name, error in outcomes.items() if error is not None}
    for name, error in failed.items():
        print(name, *traceback.format_exception(error), sep="\n")
    assert not failed, f"{len(failed)} of {len(outcomes)}"


def any_moment(folder: Path, *, rounds: int, seed: int) -> Outcomes:
    chance = random.Random(seed)
    print(f"seed {seed}")

    def mixed(plans: dict[str, Plan]) -> dict[str, Play]:
        plays: dict[str, Play] = {}
        for number, (name, plan) in itertools.product(range(rounds), plans.items()):
            after_s, again_s = chance.uniform(0.001, 1.5), max(chance.uniform(-2, 2), 0.0)
            plays[f"{number}: {name} + {after_s:.3f}, {again_s:.3f}"] = partial(
                play, plan=replace(plan, once=False), after_s=after_s, again_s=again_s
            )
        return plays

    return campaign("22", folder, mixed(PLANS), mixed(CALLS))


def _raise(error: BaseException | None) -> None:
    if error is not None:
        raise error
