"""What lies on disk: each finding is told once, ends as one, and a folder that is away is a single one."""

from __future__ import annotations

from typing import Any

import pytest

from ccd import events as e
from ccd.effects import DeleteRecording, MeasureRecording, Page, Reconcile
from ccd.events import retention as facts
from ccd.events.quality import RecordingNotGiven
from tests.handlers.retention_scene import START, KeepScene, found, lying

ONE, TWO = lying("1.1", days=1), lying("1.2", days=1)
ORPHAN = ("/rec/left.wav", 5000, START)


def disk(scene: KeepScene, **more: Any) -> None:
    """What every look finds from now on."""
    scene.on_disk = lambda asked: found(asked, **more)


def test_new_recordings_are_looked_for_every_ten_minutes_and_the_folder_once_a_night() -> None:
    scene = KeepScene(ONE)
    scene.run(23)
    asked = scene.of_effects(Reconcile)
    new, deep = [one for one in asked if one.since], [one for one in asked if one.since is None]
    assert 136 <= len(new) <= 139
    assert len(deep) == 1
    assert (deep[0].hashes, deep[0].turns) == (50_000, 30)
    assert all(one.hashes == 0 for one in new)


def test_every_night_of_a_round_has_its_turn() -> None:
    scene = KeepScene(ONE, rehash_days=3)
    scene.run(23 + 24 * 2)
    assert sorted(one.turn for one in scene.of_effects(Reconcile) if one.since is None) == [0, 1, 2]


def test_a_look_under_way_is_not_asked_for_again() -> None:
    scene = KeepScene(ONE)
    scene.run(0.1)
    scene.waiting.clear()
    asked = len(scene.of_effects(Reconcile))
    for _ in range(30):
        scene.take(e.DeadlineDue(scene.at, "retention|sweep", 0.0))
        scene.waiting.clear()
    assert len(scene.of_effects(Reconcile)) <= asked + 2


def test_a_missing_recording_is_told_once_and_found_again() -> None:
    scene = KeepScene(ONE)
    disk(scene, gone=(ONE.recording,))
    scene.run(3)
    (amiss,) = scene.of(facts.RecordingAmiss)
    assert (amiss.what, amiss.recording) == ("missing", ONE.recording)
    assert [one.rule for one in scene.of_effects(Page)] == ["retention_amiss"]
    scene.restart()
    scene.run(3)
    assert len(scene.of(facts.RecordingAmiss)) == len(scene.of_effects(Page)) == 1
    disk(scene, found=(ONE.recording,))
    scene.run(1)
    assert [(one.what, one.why) for one in scene.of(facts.AmissEnded)] == [("missing", "found")]


def test_a_recording_never_measured_that_is_there_is_measured() -> None:
    scene = KeepScene(ONE)
    disk(scene, found=(ONE.recording,), calls={ONE.recording: ONE.call})
    scene.run(0.1)
    asked = scene.of_effects(MeasureRecording)[0]
    assert (asked.recording, asked.call, asked.path) == (ONE.recording, ONE.call, ONE.path)


def test_a_changed_file_is_told_once_for_each_content_until_somebody_explains_it() -> None:
    scene = KeepScene(ONE)
    disk(scene, changed=((ONE.recording, "b"),))
    scene.run(2)
    disk(scene, changed=((ONE.recording, "c"),))
    scene.run(2)
    assert [one.sha256 for one in scene.of(facts.RecordingAmiss)] == ["b", "c"]
    assert scene.act("explain", "3003", recording=ONE.recording, reason="r").rule == "retention_may_not"
    assert scene.act("explain", "5002", recording=ONE.recording, reason="cut by order").accepted
    scene.run(2)
    scene.restart()
    scene.run(2)
    assert len(scene.of(facts.RecordingAmiss)) == 2
    disk(scene, changed=((ONE.recording, "d"),))
    scene.run(2)
    assert len(scene.of(facts.RecordingAmiss)) == 3
    assert scene.act("explain", "5002", recording=TWO.recording, reason="r").rule == "retention_not_changed"


def test_what_somebody_could_not_hear_is_told_at_once_and_once_and_found_again_by_the_look() -> None:
    scene = KeepScene(ONE, TWO)
    scene.run(0.5)
    looks = len(scene.of(facts.Reconciled))
    for _ in range(2):
        scene.take(RecordingNotGiven(scene.at, "main", ONE.recording, "missing"))
        scene.take(RecordingNotGiven(scene.at, "main", TWO.recording, "changed", "b", 7))
    told = [(one.what, one.recording, one.sha256, one.size) for one in scene.of(facts.RecordingAmiss)]
    assert told == [("missing", ONE.recording, "", 0), ("changed", TWO.recording, "b", 7)]
    assert [one.rule for one in scene.of_effects(Page)] == ["retention_amiss"] * 2
    assert len(scene.of(facts.Reconciled)) == looks, "nobody looked through the folder"
    disk(scene, found=(ONE.recording,), changed=((TWO.recording, "b"),))
    scene.run(1)
    assert [(one.what, one.recording) for one in scene.of(facts.AmissEnded)] == [("missing", ONE.recording)]
    assert len(scene.of(facts.RecordingAmiss)) == 2


def test_what_was_deleted_by_rule_or_whose_folder_is_away_is_not_missing_when_asked_for() -> None:
    scene = KeepScene(ONE, lying("1.3", days=200))
    scene.run(24)
    (gone,) = scene.of(facts.RecordingDeleted)
    scene.take(RecordingNotGiven(scene.at, "main", gone.recording, "missing"))
    assert not scene.of(facts.RecordingAmiss)
    disk(scene, away="/rec")
    scene.run(1)
    scene.take(RecordingNotGiven(scene.at, "main", ONE.recording, "missing"))
    assert [one.what for one in scene.of(facts.RecordingAmiss)] == ["away"]


def test_a_folder_that_is_away_is_one_finding_and_its_end_is_told() -> None:
    scene = KeepScene(ONE, TWO)
    disk(scene, away="/rec")
    scene.run(5)
    (amiss,) = scene.of(facts.RecordingAmiss)
    assert (amiss.what, amiss.path) == ("away", "/rec")
    disk(scene)
    scene.run(1)
    assert [one.what for one in scene.of(facts.AmissEnded)] == ["away"]


def test_an_unreadable_folder_is_one_finding_and_ends_by_a_deep_look() -> None:
    scene = KeepScene(ONE)
    disk(scene, unreadable=("/rec/secret",))
    scene.run(5)
    assert [(one.what, one.path) for one in scene.of(facts.RecordingAmiss)] == [("unreadable", "/rec/secret")]
    disk(scene)
    scene.run(25)
    assert [one.what for one in scene.of(facts.AmissEnded)] == ["unreadable"]


def with_orphan() -> KeepScene:
    scene = KeepScene(ONE)
    scene.on_disk = lambda asked: (
        found(asked, orphans=(ORPHAN,), orphans_all=1, orphan_bytes=5000)
        if asked.since is None
        else found(asked)
    )
    scene.run(24)
    return scene


def test_an_orphan_is_told_once_and_ends_when_it_is_gone() -> None:
    scene = with_orphan()
    scene.run(48)
    (amiss,) = scene.of(facts.RecordingAmiss)
    assert (amiss.what, amiss.path, amiss.size, amiss.recording) == ("orphan", "/rec/left.wav", 5000, "")
    disk(scene)
    scene.run(24)
    assert [(one.what, one.why) for one in scene.of(facts.AmissEnded)] == [("orphan", "removed")]


def test_orphans_that_are_too_many_to_name_are_not_taken_for_gone() -> None:
    scene = with_orphan()
    disk(scene, orphans=(), orphans_all=5000)
    scene.run(24)
    assert not scene.of(facts.AmissEnded)


def test_an_adopted_orphan_becomes_a_recording_of_no_call() -> None:
    scene = with_orphan()
    answer = scene.act("adopt", "5002", path="/rec/left.wav")
    assert answer.result["recording"] == "adopted:/rec/left.wav"
    (started,) = scene.of(e.RecordingStarted)
    assert (started.at, started.call, started.path) == (START, "", "/rec/left.wav")
    assert scene.of_effects(MeasureRecording)[-1].path == "/rec/left.wav"
    assert scene.act("adopt", "5002", path="/rec/left.wav").rule == "retention_no_orphan"


def test_an_orphan_is_removed_only_with_the_size_it_was_found_with() -> None:
    scene = with_orphan()
    assert not scene.act("remove", "3002", path="/rec/left.wav").accepted
    assert scene.act("remove", "4001", path="/rec/left.wav").accepted
    (asked,) = scene.of_effects(DeleteRecording)
    assert (asked.recording, asked.path, asked.size, asked.sha256) == ("", "/rec/left.wav", 5000, "")


def test_an_orphan_that_is_the_file_of_a_held_recording_is_not_removed() -> None:
    held = lying("1.7", days=1)
    scene = KeepScene(held)
    scene.act("hold", "4001", recording=held.recording, reason="r")
    scene.on_disk = lambda asked: found(
        asked, orphans=((held.path, 1000, START),) if asked.since is None else (), orphans_all=1
    )
    scene.run(24)
    assert scene.act("remove", "4001", path=held.path).rule == "retention_orphan_held"


@pytest.mark.parametrize("mode", ["observe", "enforce"])
def test_it_is_told_in_every_mode_but_off(mode: str) -> None:
    scene = KeepScene(ONE, mode=mode)
    disk(scene, gone=(ONE.recording,))
    scene.run(1)
    assert scene.of(facts.RecordingAmiss)


def test_what_was_deleted_while_a_look_was_under_way_is_not_missing() -> None:
    old = lying("1.1", days=300)
    scene = KeepScene(old)
    scene.run(3)
    assert not scene.files
    disk(scene, gone=(old.recording,))
    scene.run(1)
    assert not scene.of(facts.RecordingAmiss)


def test_a_file_that_is_being_deleted_is_not_missing() -> None:
    old = lying("1.1", days=300)
    scene = KeepScene(old)
    disk(scene, gone=(old.recording,))
    scene.world.retention.fold(
        facts.RecordingDeleted(
            at=START,
            key="k",
            pbx="main",
            recording=old.recording,
            call="",
            class_="default",
            size=1,
            sha256="x",
        )
    )
    scene.run(0.1)
    assert not scene.of(facts.RecordingAmiss)
