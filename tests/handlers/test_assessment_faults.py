"""Grades by bands, and faults that many or one had: what of it is proposed."""

from __future__ import annotations

import pytest

from ccd.events.assessment import GradeGiven, TrainingProposed
from tests.handlers.assessment_scene import AssessmentScene, calls, local
from tests.handlers.test_assessment import at_close

BANDS = {"S": 95, "A": 85, "B": 70, "C": 60, "D": 0}


@pytest.mark.parametrize(
    ("points", "grade"),
    [(95, "S"), (94.9, "A"), (85, "A"), (84.9, "B"), (70, "B"), (69.9, "C"), (60, "C"), (59.9, "D")],
)
def test_a_month_has_the_grade_of_its_band(points: float, grade: str) -> None:
    scene = at_close(points, assessment={"bands": BANDS})
    scene.run(180)
    fact = scene.latest(GradeGiven, person="2001")
    assert (fact.grade, fact.origin, fact.points) == (grade, "bands", points)


def test_without_bands_there_are_no_grades_and_what_is_imported_goes_before() -> None:
    scene = at_close(90)
    scene.run(180)
    assert scene.of(GradeGiven) == []
    scene = at_close(90, assessment={"bands": BANDS})
    scene.import_("grades", '[{"line":2,"person":"2001","grade":"C","attitude":true}]', "2026-02")
    scene.run(180)
    assert [(one.grade, one.origin) for one in scene.of(GradeGiven) if one.person == "2001"] == [
        ("C", "imported")
    ]
    assert scene.world.assessment.grades["2001"]["2026-02"].attitude


def faulty(*people: str, of: int = 10, times: int = 1) -> AssessmentScene:
    scene = AssessmentScene("2026-03-03 07:58")
    for n in range(of):
        code = str(2000 + n)
        faults = {"greeting": times} if code in people else {}
        scene.month("2026-02", **{f"p{code}": calls(90, **faults)})
    scene.run(180)
    return scene


@pytest.mark.parametrize(
    ("people", "of", "proposed"),
    [
        (("2000", "2001", "2002"), 10, True),  # 30 %, three people
        (("2000", "2001"), 3, False),  # too few people
        (("2000", "2001"), 10, False),
        ((), 10, False),
    ],
)
def test_common_faults_become_a_training_that_is_proposed(
    people: tuple[str, ...], of: int, proposed: bool
) -> None:
    found = faulty(*people, of=of).of(TrainingProposed)
    assert [(one.training, one.people, one.fault) for one in found] == (
        [("T-2026-02-service-greeting", people, "service/greeting")] if proposed else []
    )


def test_one_persons_repeated_fault_is_coached_where_no_course_is_planned_for_it() -> None:
    scene = faulty("2001", times=3)
    (fact,) = scene.of(TrainingProposed)
    assert (fact.kind, fact.course, fact.people, fact.share) == ("coaching", "", ("2001",), 0.3)
    assert faulty("2001", times=2).of(TrainingProposed) == []


def test_one_persons_repeated_fault_leads_to_the_nearest_course_there_is() -> None:
    scene = faulty("2000", "2001", "2002")
    for day, training in (("20", "T-2026-02-service-greeting"),):
        planned = scene.plan_course(f"2026-04-{day}T09:00", f"2026-04-{day}T10:00", "2000", training=training)
        assert planned.accepted
    for n in range(10):
        faults = {"greeting": 3} if n == 5 else {}
        scene.month("2026-03", **{f"p{2000 + n}": calls(90, **faults)})
    scene.run(to=local("2026-04-03 08:01"))
    fact = scene.latest(TrainingProposed, person="2005")
    assert (fact.kind, fact.course) == ("course", "T-2026-02-service-greeting")
