"""Legal holds: who may, what puts one on by itself, and the copy that is proven by the measured hash."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest

from ccd import events as e
from ccd.effects import CopyHeld, LookUpRecordings, Page
from ccd.events import retention as facts
from ccd.events.sampling import CallerMarked
from ccd.events.scoring import EvaluationDisputed
from tests.handlers.retention_scene import START, KeepScene, lying
from tests.handlers.test_retention import opened

ONE = lying("1.1", days=3)
ABOUT = {"recording": ONE.recording, "reason": "a lawyer has written"}


@pytest.mark.parametrize(
    ("actor", "may"),
    [("4001", True), ("5002", True), ("3002", True), ("3003", False), ("5001", False), ("2001", False)],
)
def test_who_may_hold(actor: str, may: bool) -> None:
    scene = KeepScene(ONE)
    answer = scene.act("hold", actor, **ABOUT)
    assert answer.accepted is may
    assert scene.world.retention.held("main", ONE.recording) is may
    assert answer.rule == ("retention_held" if may else "retention_may_not")


@pytest.mark.parametrize(
    ("actor", "may"), [("4001", True), ("5002", False), ("3002", False), ("2001", False)]
)
def test_only_a_manager_releases_and_only_the_hold_that_is_named(actor: str, may: bool) -> None:
    scene = KeepScene(ONE)
    first = scene.act("hold", "5002", **ABOUT).result["holds"]
    scene.act("hold", "4001", **ABOUT)
    answer = scene.act("release", actor, hold=first, reason="settled")
    assert answer.accepted is may
    assert answer.rule == ("retention_released" if may else "retention_release_managers")
    assert scene.world.retention.held("main", ONE.recording), "the other hold stands"
    assert len(scene.world.retention.holds) == (1 if may else 2)


@pytest.mark.parametrize(
    ("values", "rule"),
    [
        ({"reason": "r"}, "retention_name_one"),
        ({"reason": "r", "recording": ONE.recording, "call": ONE.call}, "retention_name_one"),
        ({"reason": "r", "recording": "9.9:/rec/9.9.wav"}, "retention_unknown"),
        ({"reason": "r", "call": "none"}, "retention_unknown"),
        ({"reason": "r", "call": ONE.call, "pbx": "other"}, "retention_which_pbx"),
    ],
)
def test_a_hold_that_can_not_be_put_on_says_why_and_changes_nothing(
    values: dict[str, str], rule: str
) -> None:
    scene = KeepScene(ONE)
    answer = scene.act("hold", "4001", **values)
    assert (answer.accepted, answer.rule) == (False, rule)
    assert not scene.of(facts.RecordingHeld)


def test_what_is_deleted_already_can_not_be_held() -> None:
    scene = KeepScene(msgspec.structs.replace(ONE, state="deleted"))
    assert scene.act("hold", "4001", **ABOUT).rule == "retention_gone"


def test_a_hold_on_a_call_is_on_each_of_its_recordings_and_they_are_copied_at_once() -> None:
    second = lying("1.2", days=3, call=ONE.call)
    scene = KeepScene(ONE, second, lying("1.3", days=3))
    answer = scene.act("hold", "3002", call=ONE.call, reason="threat by letter")
    assert answer.values["count"] == "2"
    assert {one.recording for one in scene.of_effects(CopyHeld)} == {ONE.recording, second.recording}


def test_the_copy_with_the_measured_hash_is_proven() -> None:
    scene = KeepScene(ONE)
    scene.act("hold", "4001", **ABOUT)
    scene.let()
    (copied,) = scene.of(facts.HoldCopied)
    assert (copied.sha256, copied.original) == (ONE.sha256, ONE.sha256)


def test_a_copy_of_before_post_processing_is_made_again_when_it_was_measured() -> None:
    running = lying("1.1", days=0, state="", sha256="")
    scene = KeepScene(running)
    scene.files[running.recording] = "raw"
    scene.act("hold", "4001", recording=running.recording, reason="r")
    scene.let()
    scene.files[running.recording] = "normalised"
    scene.take(
        e.RecordingMeasured(
            scene.at, "main", running.call, running.recording, "final", running.path, 9, "normalised"
        )
    )
    scene.let()
    assert [(one.sha256, one.original) for one in scene.of(facts.HoldCopied)] == [
        ("raw", ""),
        ("normalised", "normalised"),
    ]
    assert not scene.of(facts.RecordingAmiss)


def test_a_copy_that_is_the_measured_one_already_is_proven_without_another() -> None:
    running = lying("1.1", days=0, state="", sha256="")
    scene = KeepScene(running)
    scene.files[running.recording] = "raw"
    scene.act("hold", "4001", recording=running.recording, reason="r")
    scene.let()
    scene.take(e.RecordingMeasured(scene.at, "main", "c", running.recording, "final", running.path, 9, "raw"))
    assert len(scene.of_effects(CopyHeld)) == 1
    assert scene.of(facts.HoldCopied)[-1].original == "raw"


def test_a_held_file_changed_after_it_was_measured_is_a_finding_told_once() -> None:
    scene = KeepScene(ONE)
    scene.files[ONE.recording] = "another"
    scene.act("hold", "4001", **ABOUT)
    scene.let()
    scene.act("hold", "4001", **ABOUT)
    scene.let()
    (amiss,) = scene.of(facts.RecordingAmiss)
    assert (amiss.what, amiss.sha256) == ("changed", "another")
    assert [one.rule for one in scene.of_effects(Page)] == ["retention_held_changed"]


def test_a_held_recording_without_a_file_is_told_once_and_its_end_too() -> None:
    scene = KeepScene(ONE)
    scene.files.clear()
    scene.act("hold", "4001", **ABOUT)
    scene.let()
    scene.restart()
    scene.let()
    (amiss,) = scene.of(facts.RecordingAmiss)
    assert amiss.what == "uncopied"
    scene.files[ONE.recording] = ONE.sha256
    scene.restart()
    scene.let()
    assert [one.what for one in scene.of(facts.AmissEnded)] == ["uncopied"]
    assert scene.of(facts.HoldCopied)[-1].original == ONE.sha256


def test_a_copy_under_way_when_ccd_ended_is_asked_for_again() -> None:
    scene = KeepScene(ONE)
    scene.act("hold", "4001", **ABOUT)
    assert scene.of_effects(CopyHeld)
    scene.restart()
    scene.let()
    assert scene.of(facts.HoldCopied)
    asked = len(scene.of_effects(CopyHeld))
    scene.restart()
    scene.let()
    assert len(scene.of_effects(CopyHeld)) == asked, "a proven copy is not made again"


def test_holds_are_kept_in_every_mode_and_for_good() -> None:
    scene = KeepScene(ONE, mode="off")
    assert scene.act("hold", "4001", **ABOUT).accepted
    scene.at += timedelta(days=4000)
    scene.restart()
    assert scene.world.retention.held("main", ONE.recording)


def test_a_dispute_holds_the_recording_that_is_scored() -> None:
    scene = KeepScene(ONE)
    scene.fact(opened(ONE.recording))
    disputed = EvaluationDisputed(
        at=START, key="d", evaluation="aaaaaaaaaaaa", pbx="main", reason="I did greet", due=START
    )
    scene.fact(disputed)
    scene.fact(disputed)
    scene.let()
    (held,) = scene.of(facts.RecordingHeld)
    assert (held.why, held.recording) == ("dispute", ONE.recording)


def test_a_dispute_of_an_evaluation_not_in_memory_is_looked_up() -> None:
    scene = KeepScene(ONE)
    scene.fact(EvaluationDisputed(at=START, key="d", evaluation="zzzz", pbx="main", reason="r", due=START))
    (asked,) = (one for one in scene.of_effects(LookUpRecordings) if "dispute" in one.key)
    assert asked.evaluation == "zzzz"


def test_a_marked_caller_s_calls_are_held_and_those_that_follow() -> None:
    before = lying("1.1", days=3, numbers=("139",))
    scene = KeepScene(before, lying("1.2", days=3, numbers=("138",)))
    until = START + timedelta(days=7)
    scene.fact(CallerMarked(at=START, key="m", number="139", until=until, reason="parcel"))
    scene.let()
    assert {one.recording for one in scene.of(facts.RecordingHeld)} == {before.recording}
    (asked,) = (one for one in scene.of_effects(LookUpRecordings) if one.number)
    assert asked.since == START - timedelta(days=30)


def test_a_caller_who_is_no_longer_marked_puts_nothing_on() -> None:
    scene = KeepScene(lying("1.1", days=3, numbers=("139",)))
    scene.fact(CallerMarked(at=START, key="m", number="139", until=None, reason=""))
    scene.let()
    assert not scene.of(facts.RecordingHeld)


def incident(scene: KeepScene, *, drill: bool) -> None:
    facts_ = e.CallFacts(pbx="main", call=ONE.call)
    opening = e.IncidentOpened(
        at=START,
        incident="threat-1",
        n=1,
        ladder="threat",
        severity="high",
        request="r",
        how="console",
        by="",
        facts=facts_,
        arrive_within_s=0.0,
        drill=drill,
    )
    scene.fact(opening)
    scene.let()


@pytest.mark.parametrize("drill", [False, True])
def test_an_emergency_holds_its_call_s_recordings_and_a_drill_does_not(drill: bool) -> None:
    scene = KeepScene(ONE)
    incident(scene, drill=drill)
    assert [one.why for one in scene.of(facts.RecordingHeld)] == ([] if drill else ["threat"])


def test_what_records_the_call_later_is_held_as_it_stops() -> None:
    scene = KeepScene(ONE)
    incident(scene, drill=False)
    late = "1.9:/rec/late.wav"
    scene.fact(e.RecordingStopped(START, "main", ONE.call, "1.9", late, "/rec/late.wav"))
    assert scene.world.retention.held("main", late)
