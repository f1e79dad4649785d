"""The plan is kept as what was changed, and comes back as it was; a person's day is what is stored of it."""

from __future__ import annotations

from datetime import date, timedelta

from ccd import events as e
from ccd.adapters.store import Store
from ccd.adapters.store.person_queries import Stay
from ccd.adapters.store.queries import opened
from ccd.shifts.plan import Plan, encode_day
from ccd.shifts.shift import Shifts
from tests.adapters.store.conftest import Place
from tests.adapters.store.samples import AT, agent_changed, later, sample

FIRST = date(2026, 2, 27)


def change(version: str, second: float, *days: e.PlanDay) -> e.PlanChanged:
    return e.PlanChanged(at=later(second), version=version, by="root", days=days)


def day(n: int, *people: str, whole: bool = False, shift: str = "day") -> e.PlanDay:
    cells = {person: [(shift, "A1", "", "")] for person in people}
    return e.PlanDay(day=FIRST + timedelta(days=n), people=encode_day(cells), whole=whole)


def people_of(restored: e.PlanRestored) -> dict[date, list[str]]:
    plan = Plan(Shifts(), restored.days)
    return {each: list(plan.day(each).people) for each in plan.days}


async def test_changes_come_back_in_their_order_and_only_of_the_days_asked_for(store: Store) -> None:
    assert await store.plan_made() == ("", None)
    await store.commit([change("b", 2, day(0, "2002"), day(1, "2002"), day(9, "2009"))])
    await store.commit(
        [change("c", 3, day(1, "2003", whole=True)), change("a", 1, day(1, "2001"), day(0, "2001"))]
    )
    assert await store.plan_made() == ("c", later(3))
    restored = await store.plan(FIRST, FIRST + timedelta(days=2))
    assert restored.version == "c"
    assert people_of(restored) == {FIRST: ["2001", "2002"], FIRST + timedelta(days=1): ["2003"]}
    assert len(restored.days) == 3  # what a whole day replaced is not read
    assert people_of(await store.plan(FIRST + timedelta(days=3), FIRST + timedelta(days=8))) == {}


async def test_a_later_change_of_a_person_wins(store: Store) -> None:
    await store.commit([change("a", 1, day(0, "2001")), change("b", 2, day(0, "2001", shift="late"))])
    restored = await store.plan(FIRST, FIRST)
    assert [one.shift for one in Plan(Shifts(), restored.days).day(FIRST)] == ["late"]


async def test_a_plan_of_long_ago_is_pruned(store: Store, place: Place) -> None:
    await store.commit([change("a", 1, day(0, "2001"), day(60, "2001"))])
    deleted = await store.prune(AT)
    assert deleted["plan_change"] == 1
    assert [row["day"] for row in await place.rows("plan_change")] == ["2026-04-28"]


def arrived(second: float, seat: str, person: str = "2001") -> e.PersonArrived:
    return e.PersonArrived(at=later(second), person=person, pbx="main", seat=seat, how="phone")


def left(second: float, seat: str, person: str = "2001") -> e.PersonLeft:
    return e.PersonLeft(at=later(second), person=person, pbx="main", seat=seat, how="console")


def leg(second: float, uniqueid: str, interface: str = "PJSIP/1001") -> list[e.Event]:
    name = {"pbx": "main", "call": f"call-{uniqueid}", "uniqueid": uniqueid}
    return [
        sample(e.LegStarted, at=later(second - 1), interface=interface, **name),
        e.LegAnswered(at=later(second), **name),
    ]


async def test_who_was_signed_in_is_known_of_any_moment(store: Store, place: Place) -> None:
    await store.commit([arrived(0, "A1"), arrived(5, "A2", "2002"), left(10, "A1"), arrived(20, "A1")])
    async with opened(place.settings, place.state_dir) as archive:
        found = {
            second: [(row["person"], row["since"]) for row in await archive.presence_at(later(second))]
            for second in (-1, 0, 10, 20)
        }
    assert found == {
        -1: [],
        0: [("2001", later(0))],
        10: [("2002", later(5))],
        20: [("2002", later(5)), ("2001", later(20))],
    }


async def test_a_persons_day_has_their_stays_with_what_happened_there(store: Store, place: Place) -> None:
    await store.commit(
        [
            arrived(-50, "A1"), left(100, "A1"), arrived(200, "A2"), arrived(150, "A1", "2002"),
            *leg(-10, "before"), *leg(10, "one"), *leg(99, "two"), *leg(100, "after"),
            *leg(50, "elsewhere", "PJSIP/1002"), *leg(210, "three", "PJSIP/1002"),
            agent_changed(20, "paused", reason="meal"),
            agent_changed(60, "ready", "paused", 20, was_reason="meal"),
            agent_changed(120, "paused", "ready", 60, reason="other"),
            sample(e.SignInRefused, at=later(190), code="2001", seat="A2", why="wrong_pin"),
            sample(e.PersonAttended, at=later(195), person="2001"),
            sample(e.BlindBegan, at=later(70), pbx="main"),
            sample(e.BlindEnded, at=later(80), pbx="main", began=later(70)),
        ]
    )  # fmt: skip
    async with opened(place.settings, place.state_dir) as archive:
        known = await archive.person_day(
            "2001", later(0), later(1000), lambda pbx, seat: {"A1": "PJSIP/1001"}.get(seat)
        )
    assert [(row["event"], row["seat"]) for row in known.signs] == [("left", "A1"), ("arrived", "A2")]
    first, second = known.stays
    assert (first.arrived, first.left, first.calls) == (later(-50), later(100), 2)
    assert [(row["begin"], row["end"], row["reason"]) for row in first.pauses] == [
        (later(20), later(60), "meal")
    ]
    assert second == Stay("main", "A2", later(200), None, None)
    assert [row["why"] for row in known.refusals] == ["wrong_pin"]
    assert len(known.attended) == 1
    assert [(row["began"], row["ended"]) for row in known.blind] == [(later(70), later(80))]
