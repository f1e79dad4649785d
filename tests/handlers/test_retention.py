"""Retention: what goes when its time is over, what never goes, and that each deletion is a fact before."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest

from ccd import events as e
from ccd.config import Mode
from ccd.effects import CopyHeld, DeleteRecording, Page, ReadExpired
from ccd.events import retention as facts
from ccd.events.quality import Lying
from ccd.events.sampling import CallerMarked, CallPicked
from ccd.events.scoring import EvaluationOpened, EvaluationReleased, EvaluationVoided
from tests.handlers.retention_scene import START, KeepScene, file_of, lying

OLD, NEW = lying("1.1", days=181), lying("1.2", days=179)


def opened(recording: str, evaluation: str = "aaaaaaaaaaaa") -> EvaluationOpened:
    return EvaluationOpened(
        at=START,
        key=f"scoring|{evaluation}|1",
        evaluation=evaluation,
        pbx="main",
        unit="u",
        call="c",
        recording=recording,
        team="A",
        queue="q",
        sample="probability",
        reason="threshold",
        stratum="s",
        form="f",
        talk_s=60.0,
    )


def test_what_is_past_its_time_is_deleted_where_it_is_enforced_and_nothing_else() -> None:
    scene = KeepScene(OLD, NEW)
    scene.run(6)
    assert set(scene.files) == {NEW.recording}
    (deleted,) = scene.of(facts.RecordingDeleted)
    assert (deleted.recording, deleted.class_, deleted.size) == (OLD.recording, "default", 1000)
    assert scene.rows[OLD.recording].state == "deleted"
    (looked,) = scene.of(facts.ExpiryLooked)
    assert (looked.over, looked.deleted, looked.enforced) == ({"default": (1, 1000)}, 1, True)


@pytest.mark.parametrize(("mode", "told"), [("observe", 0), ("notify", 1)])
def test_other_modes_say_what_they_would_delete_and_delete_nothing(mode: str, told: int) -> None:
    scene = KeepScene(OLD, NEW, mode=mode)
    scene.run(6)
    assert set(scene.files) == {OLD.recording, NEW.recording}
    assert not scene.of_effects(DeleteRecording)
    (looked,) = scene.of(facts.ExpiryLooked)
    assert looked.over == {"default": (1, 1000)}
    assert not looked.enforced
    assert [one.rule for one in scene.of_effects(Page)] == ["retention_over"] * told


def test_off_looks_at_nothing() -> None:
    scene = KeepScene(OLD, mode="off")
    scene.run(30)
    assert not scene.of(facts.ExpiryLooked)
    assert not [one for one in scene.of_effects(ReadExpired) if not one.deleting]


def test_it_looks_once_a_day_at_its_local_time_also_across_a_restart() -> None:
    scene = KeepScene(OLD, at="03:30")
    scene.run(1.4)
    assert not scene.of(facts.ExpiryLooked)
    scene.run(0.2)
    assert len(scene.of(facts.ExpiryLooked)) == 1
    scene.restart()
    scene.run(12)
    assert len(scene.of(facts.ExpiryLooked)) == 1
    scene.run(24)
    assert [one.day.isoformat() for one in scene.of(facts.ExpiryLooked) if one.day] == [
        "2026-11-03",
        "2026-11-04",
    ]


def test_pages_go_on_until_the_last_and_each_recording_is_asked_for_once() -> None:
    rows = [lying(f"1.{number}", days=200 + number) for number in range(23)]
    scene = KeepScene(*rows, batch=5)
    scene.run(6)
    assert not scene.files
    asked = [one.recording for one in scene.of_effects(DeleteRecording)]
    assert len(asked) == len(set(asked)) == 23
    (looked,) = scene.of(facts.ExpiryLooked)
    assert looked.looked == 23


def test_the_next_page_waits_for_the_deletions_of_this_one() -> None:
    rows = [lying(f"1.{number}", days=200 + number) for number in range(4)]
    scene = KeepScene(*rows, batch=2)
    scene.at += timedelta(hours=2)
    scene.take(e.DeadlineDue(scene.at, "retention|sweep", 0.0))
    scene.let(ReadExpired)
    assert len([one for one in scene.of_effects(ReadExpired) if not one.deleting]) == 1
    scene.let(DeleteRecording)
    assert len([one for one in scene.of_effects(ReadExpired) if not one.deleting]) == 2


CLASSES = {
    "long": {"days": 400, "queues": ["vip"]},
    "short": {"days": 30, "directions": ["outbound"]},
    "forever": {"days": 0, "complaint": True},
    "sampled": {"days": 300, "sampled": True, "teams": ["A"]},
}


@pytest.mark.parametrize(
    ("days", "more", "gone"),
    [
        (181, {}, True),
        (179, {}, False),
        (31, {"kinds": ("outbound",)}, True),
        (29, {"kinds": ("outbound",)}, False),
        (181, {"queues": ("vip",)}, False),
        (399, {"queues": ("support", "vip")}, False),
        (401, {"queues": ("vip",)}, True),
        # of several classes the one that keeps it longest
        (181, {"queues": ("vip",), "kinds": ("outbound",)}, False),
        (9000, {"picked": ("complaint",)}, False),
        (9000, {"picked": ("complaint",), "kinds": ("outbound",)}, False),
        # everything named must be true
        (299, {"picked": ("threshold",), "teams": ("A",)}, False),
        (299, {"picked": ("threshold",), "teams": ("B",)}, True),
        (301, {"picked": ("threshold",), "teams": ("A",)}, True),
    ],
)
def test_the_class_says_how_long(days: int, more: dict[str, tuple[str, ...]], gone: bool) -> None:
    scene = KeepScene(lying("1.1", days=days, **more), classes=CLASSES)
    scene.run(6)
    assert (not scene.files) is gone


def test_where_everything_is_kept_for_good_the_store_is_not_asked() -> None:
    scene = KeepScene(lying("1.1", days=9000), days=0)
    scene.run(6)
    assert scene.files
    assert not [one for one in scene.of_effects(ReadExpired) if not one.deleting]
    assert scene.of(facts.ExpiryLooked)


@pytest.mark.parametrize(
    ("row", "why"),
    [
        (lying("1.1", open=True), "evaluation"),
        (lying("1.1", sampled="2026-04-15"), "sample"),
        (lying("1.1", days=900, sampled="2025-09-30"), "sample"),  # 399 days before 2026-11-03
        (lying("1.1", days=900, sampled="2025-09-29"), None),
        (lying("1.1"), None),
    ],
)
def test_what_the_store_says_is_needed_stays(row: Lying, why: str | None) -> None:
    scene = KeepScene(row)
    scene.run(6)
    (looked,) = scene.of(facts.ExpiryLooked)
    assert looked.spared == ({why: 1} if why else {})
    assert bool(scene.files) is (why is not None)


def test_an_evaluation_the_store_does_not_know_of_yet_keeps_its_recording() -> None:
    scene = KeepScene(OLD)
    scene.fact(opened(OLD.recording))
    scene.run(6)
    assert scene.files
    scene.fact(EvaluationVoided(at=scene.at, key="v", evaluation="aaaaaaaaaaaa", pbx="main", why="asked"))
    scene.run(24)
    assert not scene.files


def test_a_released_evaluation_keeps_it_while_it_may_be_disputed() -> None:
    scene = KeepScene(OLD)
    scene.fact(opened(OLD.recording))
    until = START + timedelta(days=5)
    scene.fact(
        EvaluationReleased(
            at=scene.at,
            key="r",
            evaluation="aaaaaaaaaaaa",
            score=90.0,
            passed=True,
            sample="probability",
            dispute_until=until,
        )
    )
    scene.run(24 * 5)
    assert scene.files
    scene.run(24 * 4)
    assert not scene.files


def test_a_pick_of_a_moment_ago_keeps_it() -> None:
    scene = KeepScene(OLD)
    scene.fact(
        CallPicked(
            at=START,
            key="p",
            pbx="main",
            unit="u",
            call=OLD.call,
            recording=OLD.recording,
            team="A",
            queue="q",
            sample="extra",
            reason="asked",
            stratum="s",
            rank="0",
            chance=1.0,
            connected=START,
            ended=START,
            talk_s=60.0,
        )
    )
    scene.run(6)
    assert scene.files


def test_a_marked_caller_whose_call_is_past_its_time_is_held_instead() -> None:
    row = lying("1.1", numbers=("13800138000",))
    scene = KeepScene(row)
    until = START + timedelta(days=3)
    scene.fact(CallerMarked(at=START, key="m", number="13800138000", until=until, reason="late parcel"))
    scene.waiting.clear()  # the daemon was killed before the store could say which recordings these are
    scene.run(6)
    assert scene.files
    (held,) = scene.of(facts.RecordingHeld)
    assert (held.why, held.reason) == ("complaint", "late parcel")


def test_a_recording_in_the_same_file_as_a_held_one_stays() -> None:
    first = lying("1.1")
    second = msgspec.structs.replace(first, recording=f"1.2:{file_of(first.recording)}", call="other")
    scene = KeepScene(first, second)
    assert scene.act("hold", "4001", recording=first.recording, reason="letter of a lawyer").accepted
    scene.run(6)
    assert set(scene.files) == {first.recording, second.recording}


def test_who_killed_ccd_between_fact_and_file_left_nothing_half_done() -> None:
    scene = KeepScene(OLD)
    scene.at += timedelta(hours=2)
    scene.take(e.DeadlineDue(scene.at, "retention|sweep", 0.0))
    scene.let(ReadExpired)
    assert scene.of(facts.RecordingDeleted)
    assert scene.files, "the fact comes first"
    scene.restart()
    scene.let()
    assert not scene.files
    assert scene.rows[OLD.recording].state == "deleted"
    assert len({one.key for one in scene.of(facts.RecordingDeleted)}) == 1


def test_what_is_held_between_fact_and_file_stays_also_across_a_restart() -> None:
    scene = KeepScene(OLD)
    scene.at += timedelta(hours=2)
    scene.take(e.DeadlineDue(scene.at, "retention|sweep", 0.0))
    scene.let(ReadExpired)
    scene.rows[OLD.recording] = msgspec.structs.replace(scene.rows[OLD.recording], state="final")
    assert scene.act("hold", "4001", recording=OLD.recording, reason="court").accepted
    scene.rows[OLD.recording] = msgspec.structs.replace(scene.rows[OLD.recording], state="deleting")
    scene.restart()
    scene.let()
    assert scene.files
    assert [one.outcome for one in scene.of(facts.DeletionEnded)] == ["held"]
    assert scene.rows[OLD.recording].state == "final"


def test_a_deletion_told_before_is_not_done_where_it_is_enforced_no_more() -> None:
    scene = KeepScene(OLD)
    scene.at += timedelta(hours=2)
    scene.take(e.DeadlineDue(scene.at, "retention|sweep", 0.0))
    scene.let(ReadExpired)
    policies = scene.settings.policies
    quiet = policies.model_copy(
        update={"retention": policies.retention.model_copy(update={"mode": Mode.OBSERVE})}
    )
    scene.settings = scene.settings.model_copy(update={"policies": quiet})
    scene.restart()
    scene.let()
    assert scene.files


def test_a_file_that_is_another_now_stays_and_is_a_finding() -> None:
    scene = KeepScene(OLD)
    scene.files[OLD.recording] = "sha-of-another"
    scene.run(6)
    assert scene.files
    (amiss,) = scene.of(facts.RecordingAmiss)
    assert (amiss.what, amiss.sha256) == ("changed", "sha-of-another")
    assert [one.outcome for one in scene.of(facts.DeletionEnded)] == ["failed"]
    assert not scene.of_effects(CopyHeld)
