"""A day's verdicts on 5,000 people at 500 seats, and how long a minute's look over their plan holds the loop.

The engine alone, without a store: every policy about shifts is on, and is given the record as the store gives
it. At noon a third of them is on duty; every tenth of these is paused.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from ccd.attendance.judge import judge
from ccd.attendance.record import Record
from ccd.config import Settings
from ccd.engine import Engine, Outcome
from ccd.events import (
    DeadlineDue,
    Doing,
    Event,
    PbxLinked,
    PbxSynced,
    Person,
    PersonArrived,
    PlanDay,
    PlanRestored,
    RecordRead,
    RosterReplaced,
    ShiftsRestored,
    Stay,
)
from ccd.message import Message
from ccd.shifts.judging import MARGIN, judged_in
from ccd.shifts.plan import encode_day
from ccd.world import World

__all__ = ["measure"]

KINDS = ("day", "late", "night")
POLICIES = ("handover", "meals", "breaks", "leave", "attendance", "adherence")
AT_ONCE = 100
DAY = date(2026, 3, 2)
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def measure(people: int, days: int) -> dict[str, Any]:
    engine = _engine(people)
    records = list(_records(engine.world, people))
    gc.collect()
    found = {"shift_people": people, "shift_verdicts": people}
    found |= {"shift_verdicts_seconds": _judging(engine.world, records)}
    found |= _steps(engine, records)
    found |= _sweeps(engine)
    found |= {"shift_memory_mb_per_day": _growth(engine, people, days)}
    return found


def _engine(people: int) -> Engine:
    settings = Settings.model_validate(
        {
            "daemon": {"timezone": "UTC"},
            "pbx": {"main": {"secret": "x"}},
            "shifts": {
                "country": "",
                "kinds": {
                    name: {"start": f"{8 * number:02}:00", "minutes": 480}
                    for number, name in enumerate(KINDS)
                },
            },
        }
    )
    at = datetime(2026, 3, 2, 7, 0, tzinfo=UTC)
    engine = Engine(World(settings, at))
    roster = tuple(
        Person(_code(n), f"员工{n}", "agent", f"team {n % 50}", f"S{n % 500}", f"PJSIP/{10000 + n % 500}")
        for n in range(people)
    )
    engine.step(RosterReplaced(at=at, version="1", people=roster, by="bench"))
    plan = encode_day({_code(n): [(KINDS[n * 3 // people], "", "", "")] for n in range(people)})
    engine.step(PlanRestored(at=at, version="1", days=(PlanDay(DAY, plan, whole=True),)))
    engine.step(ShiftsRestored(at=at, facts=()))
    engine.step(PbxLinked(at=at, pbx="main", version="22.10.1", boot="1"))
    for n in range(500):
        name = f"PJSIP/{10000 + n}"
        member = Message.of(
            Event="QueueMemberAdded", Queue="q", Interface=name, MemberName=name, Paused=str(int(n % 10 == 0))
        )
        engine.message("main", at, member)
    engine.step(PbxSynced(at=at, pbx="main"))
    for n in range(people // 3, 2 * people // 3):
        engine.world.apply(PersonArrived(at=at, person=_code(n), pbx="main", seat=f"S{n % 500}", how="phone"))
    return engine


def _code(number: int) -> str:
    return str(100000 + number)


def _records(world: World, people: int) -> Iterator[RecordRead]:
    """Each worked their shift with five pauses; every tenth came five minutes late."""
    at = datetime(2026, 3, 3, 8, 30, tzinfo=UTC)
    for first in range(0, people, AT_ONCE):
        codes = tuple(_code(n) for n in range(first, min(first + AT_ONCE, people)))
        stays, doings = [], []
        for n, code in enumerate(codes, start=first):
            (duty,) = world.plan.of(code, DAY)
            came = duty.starts + timedelta(minutes=5 if n % 10 == 0 else -5)
            stays.append(Stay(code, "main", f"S{n % 500}", came, duty.ends + timedelta(minutes=2)))
            for number in range(5):
                began = duty.starts + timedelta(minutes=60 + 80 * number)
                ended = began + timedelta(minutes=10)
                doings.append(Doing("main", f"PJSIP/{10000 + n % 500}", "paused", began, ended, "break"))
        duties = [world.plan.of(code, DAY)[0] for code in codes]
        since, until = min(d.starts for d in duties) - MARGIN, max(d.ends for d in duties) + MARGIN
        yield RecordRead(
            at=max(at, until),
            key=f"attendance|judge|{first}",
            people=codes,
            since=since,
            until=until,
            stays=tuple(stays),
            others=(),
            doings=tuple(doings),
            blind=(),
        )


def _judging(world: World, records: list[RecordRead]) -> float:
    """The verdicts alone."""
    rules, began = world.settings.policies.attendance, time.perf_counter()
    count = 0
    for read in records:
        record = Record(read, world.roster.interface_of)
        for duty in judged_in(world.plan, read):
            judge(duty, record, (), rules)
            count += 1
    took = time.perf_counter() - began
    assert count == sum(len(read.people) for read in records), count
    return took


def _steps(engine: Engine, records: list[RecordRead]) -> dict[str, float]:
    """Attendance and adherence with their facts, as the loop does it: a piece at a time."""
    times = [_timed(engine, read) for read in records]
    return {"shift_record_step_ms_worst": 1000 * max(times), "shift_record_steps_seconds": sum(times)}


def _sweeps(engine: Engine) -> dict[str, float]:
    """A look over the plan at noon, by each policy."""
    found = {}
    for policy in POLICIES:
        times = [
            _timed(engine, DeadlineDue(at=NOON + timedelta(minutes=n), key=f"{policy}|sweep", late_s=0.0))
            for n in range(5)
        ]
        found[f"shift_sweep_{policy}_ms"] = 1000 * sorted(times)[2]
    return found


def _timed(engine: Engine, event: Event) -> float:
    outcome = Outcome()
    began = time.perf_counter()
    engine.step(event, outcome)
    return time.perf_counter() - began


def _growth(engine: Engine, people: int, days: int) -> float:
    """What a day of verdicts leaves in memory, in the mean of so many days."""
    gc.collect()
    before = _rss()
    verdicts = _facts_of(people)
    for day in range(1, days + 1):
        on = DAY - timedelta(days=day % 60)
        for fact in verdicts:
            engine.world.apply(fact.__class__(**(_fields(fact) | {"day": on, "key": f"{fact.key}|{day}"})))
    gc.collect()
    return (_rss() - before) / days


def _facts_of(people: int) -> list[Any]:
    """Of that day, told again to an engine that does not know them."""
    other = _engine(people)
    found: list[Any] = []
    for read in _records(other.world, people):
        outcome = Outcome()
        other.step(read, outcome)
        found += outcome.facts
    return found


def _fields(fact: Any) -> dict[str, Any]:
    return {name: getattr(fact, name) for name in fact.__struct_fields__}


def _rss() -> float:
    return int(Path("/proc/self/statm").read_text("ascii").split()[1]) * 4096 / 1024 / 1024
