"""What Prometheus is told of recordings: their bytes, the days the disk lasts, holds and findings."""

from __future__ import annotations

from ccd.events import retention as facts
from ccd.events.quality import RecordingsFound
from tests.adapters.metrics.sites import ready_floor
from tests.adapters.store.samples import AT

GIB = 1 << 30


def test_the_disk_lasts_as_long_as_it_fills_as_fast_as_in_the_last_week() -> None:
    floor = ready_floor()
    seen = RecordingsFound(AT, "k", "main", 0, (), (), (), (), added=14 * GIB, free=100 * GIB, disk=200 * GIB)
    floor.world.retention.disk["main"] = seen
    value = floor.metrics.registry.get_sample_value
    assert value("ccd_recordings_added_bytes_per_day", {"pbx": "main"}) == 2 * GIB
    assert value("ccd_recordings_disk_free_bytes", {"pbx": "main"}) == 100 * GIB
    assert value("ccd_recordings_disk_full_seconds", {"pbx": "main"}) == 50 * 86_400


def test_where_nothing_is_recorded_there_is_no_day_on_which_it_is_full() -> None:
    floor = ready_floor()
    seen = RecordingsFound(AT, "k", "main", 0, (), (), (), (), free=100 * GIB, disk=200 * GIB)
    floor.world.retention.disk["main"] = seen
    assert (
        floor.metrics.registry.get_sample_value("ccd_recordings_disk_full_seconds", {"pbx": "main"}) is None
    )


def test_holds_count_once_for_each_recording_and_findings_by_what_they_are() -> None:
    floor = ready_floor()
    for n, name in enumerate(("1:a.wav", "1:a.wav", "2:b.wav")):
        floor.world.apply(
            facts.RecordingHeld(
                at=AT, key=f"h{n}", pbx="main", recording=name, hold=f"hold-{n}", call="c", why="asked"
            )
        )
        floor.world.apply(
            facts.HoldCopied(
                at=AT,
                key=f"c{n}",
                pbx="main",
                recording=name,
                hold=f"hold-{n}",
                path="/e",
                sha256="x",
                original="x",
                size=1000,
            )
        )
    floor.world.apply(
        facts.RecordingAmiss(
            at=AT, key="a", pbx="main", recording="3:c.wav", what="missing", path="c", size=0
        )
    )
    value = floor.metrics.registry.get_sample_value
    assert value("ccd_recordings_held") == 2
    assert value("ccd_recordings_held_bytes") == 2000
    assert value("ccd_recordings_findings", {"pbx": "main", "what": "missing"}) == 1
    assert value("ccd_recordings_findings", {"pbx": "main", "what": "away"}) == 0
