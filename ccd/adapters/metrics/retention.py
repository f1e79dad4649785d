"""What recordings take and how long the disk lasts, what is held, and what is amiss.

The disk itself is never asked while Prometheus waits: a folder on another machine may not answer.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from prometheus_client.core import GaugeMetricFamily, Metric

from ccd.adapters.metrics.labels import OTHER
from ccd.world import World

__all__ = ["WHATS", "retention_families"]

WHATS = ("missing", "changed", "orphan", "uncopied", "away", "unreadable")
ADDED_S = 7 * 86_400
"""``RecordingsFound.added`` is of so long."""


def retention_families(world: World) -> Iterator[Metric]:
    yield from _disk(world)
    yield from _folder(world)
    yield _findings(world)
    holds = world.retention.holds.values()
    places = {(held.pbx, held.recording): held.copied.size if held.copied else 0 for held in holds}
    yield GaugeMetricFamily("ccd_recordings_held", "Recordings with a legal hold.", len(places))
    yield GaugeMetricFamily(
        "ccd_recordings_held_bytes", "Bytes of the copies of what is held.", sum(places.values())
    )


def _gauge(name: str, text: str) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, text, labels=["pbx"])


def _disk(world: World) -> Iterator[Metric]:
    added = _gauge("ccd_recordings_added_bytes_per_day", "Bytes recorded a day, over the last seven.")
    free = _gauge("ccd_recordings_disk_free_bytes", "Bytes left on the file system of the recordings.")
    full = _gauge("ccd_recordings_disk_full_seconds", "Until it is full, as fast as it fills now.")
    for pbx, seen in sorted(world.retention.disk.items()):
        added.add_metric([pbx], seen.added / (ADDED_S / 86_400))
        if seen.disk:
            free.add_metric([pbx], seen.free)
            if seen.added:
                full.add_metric([pbx], seen.free / seen.added * ADDED_S)
    yield from (added, free, full)


def _folder(world: World) -> Iterator[Metric]:
    used = _gauge("ccd_recordings_used_bytes", "Bytes of all files in the recording folder.")
    orphans = _gauge("ccd_recordings_orphans", "Files that no recording names.")
    orphan_bytes = _gauge("ccd_recordings_orphan_bytes", "Bytes of files that no recording names.")
    for (pbx, deep), looked in sorted(world.retention.reconciled.items()):
        if deep:
            used.add_metric([pbx], looked.used)
            orphans.add_metric([pbx], looked.orphans)
            orphan_bytes.add_metric([pbx], looked.orphan_bytes)
    yield from (used, orphans, orphan_bytes)


def _findings(world: World) -> Metric:
    found = Counter((pbx, what if what in WHATS else OTHER) for pbx, what, _ in world.retention.amiss)
    family = GaugeMetricFamily(
        "ccd_recordings_findings",
        "Recordings and folders that are not as they were left.",
        labels=["pbx", "what"],
    )
    for pbx in world.settings.pbx:
        for what in WHATS:
            family.add_metric([pbx, what], found[pbx, what])
    return family
