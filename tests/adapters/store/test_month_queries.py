"""What a month's assessment is made of, read from both engines."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import msgspec
import pytest

from ccd.adapters.assessment_reading import AssessmentReading
from ccd.adapters.store import Store
from ccd.adapters.store.errors import UnavailableError
from ccd.adapters.store.month_queries import faults_of, month_reads
from ccd.assessment.scores import attendance_points
from ccd.config_assessment import DeductionSettings
from ccd.effects import ReadQuality
from ccd.events import ShiftFact
from ccd.events import attendance as facts
from ccd.events.quality import MonthRead, QualityRead
from tests.adapters.store.waiting import until
from tests.handlers.scoring_scene import ScoringScene

DAY = date(2026, 3, 2)


async def read(store: Store, month: str = "2026-03", *people: str) -> dict[str, MonthRead]:
    async def question(connection: Any) -> Any:
        return await month_reads(connection, month, people or ("2101", "2001"))

    return {one.person: one for one in await store.read(question)}


def scored(*points: int, freeze: bool = True, **pick: Any) -> ScoringScene:
    scene = ScoringScene()
    for each in points:
        scene.score(scene.pick("2101", **pick), each)
    if freeze:
        scene.freeze({"2101": 0.25})
    return scene


async def keep(store: Store, scene: ScoringScene) -> None:
    await store.commit([fact for fact in scene.facts if isinstance(fact, ShiftFact)])


async def test_released_scores_of_the_probability_sample_have_their_final_chance(store: Store) -> None:
    await keep(store, scored(80, 90))
    found = await read(store)
    assert sorted((score, chance) for score, chance, _ in found["2101"].scores) == [(80, 0.25), (90, 0.25)]
    assert (found["2101"].open, found["2001"]) == (0, MonthRead("2001"))


async def test_until_the_day_is_closed_they_are_open(store: Store) -> None:
    await keep(store, scored(80, 90, freeze=False))
    found = await read(store)
    assert (found["2101"].scores, found["2101"].open) == ((), 2)


async def test_extra_picks_voided_and_unreleased_ones_never_count(store: Store) -> None:
    scene = scored(80)
    scene.score(scene.pick("2101", sample="extra"), 10)
    scene.ok("void", "7001", scene.pick("2101"), reason="x")
    scene.pick("2101")
    await keep(store, scene)
    found = await read(store)
    assert [score for score, _, _ in found["2101"].scores] == [80]
    assert found["2101"].open == 1


async def test_a_resolution_counts_and_a_dispute_until_then_does_not_take_the_score_away(
    store: Store,
) -> None:
    scene = scored(80)
    (name,) = scene.world.scoring.evaluations
    scene.ok("dispute", "2101", name, reason="x")
    await keep(store, scene)
    assert [score for score, _, _ in (await read(store))["2101"].scores] == [80]
    scene.ok("resolve", "7001", name, outcome="amended", score="95", reason="x")
    await keep(store, scene)
    assert [score for score, _, _ in (await read(store))["2101"].scores] == [95]


async def test_the_month_is_that_of_the_conversation(store: Store) -> None:
    await keep(store, scored(80))
    for month in ("2026-02", "2026-04"):
        assert (await read(store, month))["2101"] == MonthRead("2101")


async def test_faults_are_questions_answered_with_no_or_fewer_points_than_half(store: Store) -> None:
    scene = scored(49, 50)
    scene.score(scene.pick("2101"), 90, kept="no")
    scene.freeze({"2101": 0.25})
    await keep(store, scene)
    assert (await read(store))["2101"].faults == {"service/points": 1, "service/kept": 1}


async def test_without_faults_no_answers_are_read_and_the_scores_are_the_same(store: Store) -> None:
    await keep(store, scored(49, 50))

    async def question(connection: Any) -> Any:
        return await month_reads(connection, "2026-03", ("2101",), faults=False)

    (found,) = await store.read(question)
    assert found == msgspec.structs.replace((await read(store))["2101"], faults={})
    assert len(found.scores) == 2


@pytest.mark.parametrize(
    ("answers", "faults"),
    [
        ("", []), ("{", []), ("[]", []),
        ('{"a": {"answer": "no"}, "b": "no", "c": {"answer": "yes"}}', ["a", "b"]),
        ('{"a": {"answer": 2}, "b": {"answer": 3}, "gone": {"answer": 0}}', ["a"]),
        ('{"a": {"answer": "na"}, "b": {"comment": "no"}}', []),
    ],
)  # fmt: skip
def test_answers_that_cannot_be_read_are_no_faults(answers: str, faults: list[str]) -> None:
    assert list(faults_of(answers, {"a": 5, "b": 5})) == faults


# --- attendance -------------------------------------------------------------------------------------------


def judged(
    *weights: str, day: date = DAY, state: str = "present", person: str = "2101", count: int = 1
) -> facts.AttendanceJudged:
    starts = datetime(day.year, day.month, day.day, tzinfo=UTC)
    kinds = ("late", "early", "off_post", "left_post")
    return facts.AttendanceJudged(
        at=starts + timedelta(hours=9, seconds=count),
        key=f"attendance|judged|{person}|{day}|{count}",
        person=person,
        day=day,
        shift="early",
        starts=starts,
        ends=starts + timedelta(hours=8),
        state=state,
        findings=tuple(
            facts.Finding(kind, weight, 60, starts, starts + timedelta(minutes=1), ())
            for kind, weight in zip(kinds, weights, strict=False)
        ),
        count=count,
        **dict.fromkeys(
            (
                "scheduled_s",
                "present_s",
                "missed_s",
                "away_s",
                "unknown_s",
                "late_s",
                "early_s",
                "off_post_s",
            ),
            0.0,
        ),
    )


async def attendance(store: Store, *told: facts.AttendanceFact) -> dict[str, int]:
    await store.commit(list(told))
    return (await read(store))["2101"].attendance


async def test_shifts_and_findings_are_counted_by_weight(store: Store) -> None:
    found = await attendance(
        store,
        judged("occurrence", "violation"),
        judged(day=date(2026, 3, 3)),
        judged("look", day=date(2026, 3, 31)),
        judged("absence", day=date(2026, 4, 1)),
        judged("absence", person="2001"),
        judged(state="away", day=date(2026, 3, 5)),
        judged(state="void", day=date(2026, 3, 6)),
    )
    assert found == {"shifts": 3, "occurrence": 1, "violation": 1, "look": 1}


@pytest.mark.parametrize("last", [("occurrence",), ()])
async def test_the_latest_verdict_on_a_shift_counts(store: Store, last: tuple[str, ...]) -> None:
    other = () if last else ("occurrence",)
    found = await attendance(store, judged(*last, count=2), judged(*other, count=1))
    assert found == {"shifts": 1} | ({"occurrence": 1} if last else {})


async def test_corrections_and_absences_that_were_waived_are_taken_into_account(store: Store) -> None:
    late, absent = judged("violation"), judged("absence", day=date(2026, 3, 3), state="absent")
    finding = msgspec.structs.replace(absent.findings[0], kind="absent")
    absent = msgspec.structs.replace(absent, findings=(finding,))
    common: dict[str, Any] = {"at": late.at + timedelta(days=2), "person": "2101"}
    corrected = facts.Corrected(
        **common, key="c", day=DAY, shift="early", refers=late.key, kind="late",
        began=late.findings[0].began, ended=late.findings[0].ended, was="violation",
        weight="removed", reason="x",
    )  # fmt: skip
    proposal = {"day": date(2026, 3, 3), "month": "2026-03", "proposal": "P"}
    proposed = facts.AbsenceProposed(
        **common, **proposal, key="p", cause="absent", occurrences=("2026-03-03 early absent",)
    )
    assert await attendance(store, late, absent, corrected, proposed) == {"shifts": 2, "absence": 1}
    waived = facts.ProposalDecided(**common, **proposal, key="d", decision="waive", reason="ill")
    assert await attendance(store, waived) == {"shifts": 2}


@pytest.mark.parametrize("decision", ["", "confirm", "waive"])
async def test_an_absence_made_of_three_occurrences_is_not_counted_beside_them(
    store: Store, decision: str
) -> None:
    """5 points off for each of the three, and never 40 more, whatever is decided of the proposal."""
    days = [date(2026, 3, n) for n in (2, 3, 4)]
    common: dict[str, Any] = {"at": judged().at + timedelta(days=5), "person": "2101", "day": days[-1]}
    proposal = {"month": "2026-03", "proposal": "2101-202603-occurrences-1"}
    told: list[facts.AttendanceFact] = [judged("occurrence", day=day) for day in days]
    refs = tuple(f"{day} early late" for day in days)
    told.append(facts.AbsenceProposed(**common, **proposal, key="p", cause="occurrences", occurrences=refs))
    if decision:
        told.append(facts.ProposalDecided(**common, **proposal, key="d", decision=decision, reason="x"))
    counts = await attendance(store, *told)
    assert counts == {"shifts": 3, "occurrence": 3}
    assert attendance_points(counts, DeductionSettings()) == 85


async def test_nobody_is_absent_from_a_shift_twice(store: Store) -> None:
    """Late by as much as makes it an absence, and gone before its end: the ledger proposes one, too."""
    assert await attendance(store, judged("absence", "absence")) == {"shifts": 1, "absence": 1}


# --- giving it to the engine ------------------------------------------------------------------------------


async def test_it_is_read_after_everything_told_before_is_written(store: Store) -> None:
    given: list[Any] = []
    reading = AssessmentReading(store, given.append)
    people = tuple(str(100_000 + n) for n in range(60))
    store.enqueue([judged("occurrence", person=people[-1])])
    reading.perform(ReadQuality("k", "test", "2026-03", people))
    await until(lambda: bool(given))
    (found,) = given
    assert isinstance(found, QualityRead)
    assert (found.key, found.month, [one.person for one in found.people]) == ("k", "2026-03", list(people))
    assert found.people[-1].attendance == {"shifts": 1, "occurrence": 1}
    await reading.close()


async def test_a_store_that_does_not_answer_is_asked_again() -> None:
    class Away:
        asked = 0

        async def commit(self) -> None:
            self.asked += 1
            if self.asked < 3:
                raise UnavailableError("away")

        async def read(self, question: Any) -> Any:
            return ()

    given: list[Any] = []
    reading = AssessmentReading(Away(), given.append, again_s=0.01)
    reading.perform(ReadQuality("k", "test", "2026-03", ("2101",)))
    await until(lambda: bool(given))
    assert reading.questions.failures == 2
    await reading.close()
