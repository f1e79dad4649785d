"""Every fact becomes rows, and says there all that it knows."""

from __future__ import annotations

from datetime import date
from typing import Any

import msgspec
import pytest

from ccd import events as e
from ccd.adapters.store import Store
from ccd.adapters.store.batch import Batch, Row
from ccd.adapters.store.projection import NOT_STORED, RULES, TOLD_ELSEWHERE, project
from ccd.adapters.store.schema import TABLES, key_of
from ccd.events.incidents import FACTS
from tests.adapters.store.conftest import Place
from tests.adapters.store.samples import AT, agent_changed, all_entries, all_events, later, queue_call, sample


def rows_of(*facts: Any) -> list[tuple[str, Row]]:
    batch = Batch()
    for fact in facts:
        project(fact, batch)
    return [(rows.table, row) for rows in batch.statements() for row in rows.rows]


def test_every_fact_has_a_rule_or_is_named_as_not_stored() -> None:
    known = {*all_events(), *all_entries()}
    assert set(RULES) | NOT_STORED | TOLD_ELSEWHERE == known
    assert not set(RULES) & (NOT_STORED | TOLD_ELSEWHERE)


@pytest.mark.parametrize("kind", RULES, ids=lambda kind: kind.__name__)
def test_rows_fit_their_tables_and_begin_with_the_key(kind: type[Any]) -> None:
    found = rows_of(sample(kind))
    assert found
    for table, row in found:
        assert row.keys() <= {column.name for column in TABLES[table].columns}
        key = key_of(TABLES[table])
        assert set(key) <= row.keys()
        if "id" not in TABLES[table].c:
            assert tuple(row)[: len(key)] == key or table == "unknown_interface"


@pytest.mark.parametrize(
    "kind",
    [kind for kind in RULES if kind not in (e.PlanChanged, e.RosterReplaced)],
    ids=lambda k: k.__name__,
)
def test_nothing_that_a_fact_says_is_lost(kind: type[Any]) -> None:
    fact = sample(kind)
    if isinstance(fact, (e.IncidentFact, e.ShiftFact)):
        told = [row["data"] for _, row in rows_of(fact) if "data" in row]
        assert told
        for data in told:
            assert msgspec.json.decode(data, type=kind) == fact
        return
    kept = [value for _, row in rows_of(fact) for value in row.values()]
    for field in fact.__struct_fields__:
        value = getattr(fact, field)
        assert (value.isoformat() if type(value) is date else value) in kept, field


def test_a_type_without_a_rule_is_refused_loudly() -> None:
    class Invented(e.Event, frozen=True):
        pass

    with pytest.raises(TypeError, match="Invented"):
        project(Invented(at=AT), Batch())


@pytest.mark.parametrize("kind", sorted(NOT_STORED, key=str), ids=lambda kind: kind.__name__)
def test_inputs_become_no_rows(kind: type[Any]) -> None:
    assert rows_of(sample(kind)) == []


def test_a_roster_is_kept_whole_and_in_order() -> None:
    people = tuple(sample(e.Person, code=code) for code in ("30", "10", "20", "10"))
    found = rows_of(sample(e.RosterReplaced, version="v", people=people))
    assert [(row["row"], row["code"]) for table, row in found if table == "person"] == [
        (0, "30"),
        (1, "10"),
        (2, "20"),
        (3, "10"),
    ]


def test_a_change_of_the_plan_is_a_row_for_each_day() -> None:
    days = tuple(e.PlanDay(day=date(2026, 2, day), people=f"<{day}>", whole=day == 28) for day in (27, 28))
    found = rows_of(sample(e.PlanChanged, version="v", days=days))
    assert [row for table, row in found if table == "plan_version"] == [
        {"version": "v", "at": AT, "by_whom": "<by>"}
    ]
    assert [
        (row["version"], row["day"], row["people"], row["whole"])
        for table, row in found
        if table == "plan_change"
    ] == [("v", "2026-02-27", "<27>", False), ("v", "2026-02-28", "<28>", True)]


async def test_all_facts_delivered_twice_leave_the_rows_of_once(store: Store, place: Place) -> None:
    facts = {kind: {"n": number} for number, kind in enumerate(FACTS, 1)}
    everything = [sample(kind, **facts.get(kind, {})) for kind in RULES]
    await store.commit(everything)
    once = await place.everything()
    await store.commit(everything)
    assert await place.everything() == once
    assert store.refused == 0
    assert once.keys() == TABLES.keys() - {"deadline"}  # set, and cancelled by the entry after it


WHO = {
    "a person's own act": (sample(e.Acknowledged, person="7", how="phone"), "7"),
    "an act that somebody vouches for": (sample(e.StoodDown, person="7", by="console:li"), "7"),
    "nobody named, but somebody vouches": (sample(e.DetailGiven, by="5001"), "5001"),
    "ccd's own decision": (sample(e.PoliceDue), "ccd"),
    "who is told has not acted": (sample(e.PersonTold, person="7"), "ccd"),
    "the key of a ring is no person": (sample(e.PoliceDialling, by="ring-1"), "ccd"),
}


@pytest.mark.parametrize(("fact", "who"), WHO.values(), ids=WHO)
def test_the_audit_chain_names_whose_act_it_was(fact: e.IncidentFact, who: str) -> None:
    (audited,) = [row for table, row in rows_of(fact) if table == "audit"]
    assert (audited["who"], audited["act"], audited["subject"]) == (who, type(fact).__name__, "<incident>")


async def test_a_queue_call_is_told_by_its_rows(store: Store, place: Place) -> None:
    await store.commit(queue_call())
    (call,) = await place.rows("call")
    assert (call["kind"], call["outcome"], call["caller_name"]) == ("queue", "answered", "李四")
    assert (call["started"], call["answered"], call["ended"]) == (AT, later(13), later(44))
    assert (call["start_seen"], call["end_seen"]) == (True, True)
    (visit,) = await place.rows("queue_visit")
    assert (visit["position"], visit["last_position"], visit["outcome"]) == (2, 1, "answered")
    assert (visit["joined"], visit["left"], visit["connected"], visit["completed"]) == (
        later(1), later(13), later(13), later(43),
    )  # fmt: skip
    assert (visit["member"], visit["completed_by"], visit["wait_s"], visit["talk_s"]) == (
        "张三",
        "agent",
        12,
        30,
    )
    assert [leg["uniqueid"] for leg in await place.rows("leg") if leg["ended"] is not None] == ["1.1", "1.2"]
    assert [row["event"] for row in await place.rows("queue_event")] == [
        "caller_joined", "agent_rang", "caller_left", "agent_connected", "agent_completed",
    ]  # fmt: skip


async def test_the_order_inside_a_batch_does_not_matter(store: Store, place: Place) -> None:
    facts = [*queue_call(), agent_changed(0, "ready"), agent_changed(5, "ringing", "ready", 0)]
    facts += [
        sample(kind, pbx="main") for kind in (e.RecordingStarted, e.RecordingStopped, e.RecordingMeasured)
    ]
    await store.commit([msgspec.structs.replace(fact, pbx="forward") for fact in facts])
    await store.commit([msgspec.structs.replace(fact, pbx="backward") for fact in reversed(facts)])
    for table, rows in (await place.everything()).items():
        found: dict[str, list[str]] = {"forward": [], "backward": []}
        for row in rows:
            found[row.pop("pbx")].append(repr({name: row[name] for name in sorted(row) if name != "id"}))
        assert sorted(found["forward"]) == sorted(found["backward"]), table


async def test_an_agents_intervals_join_without_gap(store: Store, place: Place) -> None:
    await store.commit(
        [
            agent_changed(0, "ready"),
            agent_changed(5, "ringing", "ready", 0, call="1.1", cause="Newstate"),
            agent_changed(8, "paused", "ringing", 5, reason="meal", by="1001"),
            agent_changed(8, "paused", "paused", 8, reason="training", was_reason="meal"),
            agent_changed(20, "ready", "paused", 8, was_reason="training"),
            agent_changed(20, "talking", "ready", 20),
        ]
    )
    rows = await place.rows("agent_interval")
    assert [(row["begin"], row["end"], row["state"], row["reason"]) for row in rows] == [
        (later(0), later(5), "ready", ""),
        (later(5), later(8), "ringing", ""),
        (later(8), later(20), "paused", "training"),
        (later(20), None, "talking", ""),
    ]
    assert rows[0]["end_cause"] == "Newstate"
    assert rows[1]["call"] == "1.1"


async def test_an_end_whose_beginning_was_dropped_is_still_a_whole_interval(
    store: Store, place: Place
) -> None:
    await store.commit([agent_changed(20, "ready", "paused", 8, was_reason="meal")])
    first, _ = await place.rows("agent_interval")
    assert (first["begin"], first["end"], first["state"], first["reason"]) == (
        later(8),
        later(20),
        "paused",
        "meal",
    )


async def test_closing_a_call_of_before_a_restart_keeps_what_was_known(store: Store, place: Place) -> None:
    await store.commit(queue_call()[:-1])
    ghost = sample(
        e.CallEnded, pbx="main", call="1.1", at=later(99), kind="", outcome="unknown", started=AT,
        answered=None, wait_s=0.0, talk_s=0.0, hold_s=0.0, cause=0, seen=False,
    )  # fmt: skip
    await store.commit([ghost])
    (call,) = await place.rows("call")
    assert (call["kind"], call["answered"], call["ended"]) == ("queue", later(13), later(99))
    assert (call["outcome"], call["end_seen"], call["talk_s"]) == ("unknown", False, None)


async def test_an_unknown_interface_keeps_the_time_it_was_first_seen(store: Store, place: Place) -> None:
    await store.commit([sample(e.InterfaceUnknown, at=AT)])
    await store.commit([sample(e.InterfaceUnknown, at=later(500))])
    (row,) = await place.rows("unknown_interface")
    assert row["first_seen"] == AT
