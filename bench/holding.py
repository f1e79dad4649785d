"""Memory by agents and over millions of events; how long a resync takes.

The snapshots come from a server that answers as fast as it is read: what is timed is ccd, from the moment
its connection was taken to the moment the picture stands.
"""

from __future__ import annotations

import tempfile
from statistics import median
from typing import Any

from bench.child import Child
from bench.server import Server
from bench.snapshot import lists
from bench.stream import Recording

__all__ = ["growth", "resync"]

MIB = 1024 * 1024


def resync(rounds: int) -> dict[str, Any]:
    """Seconds, and what a thousand agents weigh."""
    small = [_linked(1, 1) for _ in range(rounds)]
    thousand = [_linked(1000, 50) for _ in range(rounds)]
    many = [_linked(10_000, 500) for _ in range(rounds)]
    weight = median(rss for _, rss, _ in many) - median(rss for _, rss, _ in small)
    return {
        "resync_seconds_1000_agents": median(took for took, _, _ in thousand),
        "resync_seconds_10000_agents": median(took for took, _, _ in many),
        "rss_mb_per_1000_agents": weight / 10 / MIB,
        "rss_mb_at_start": median(rss for _, rss, _ in small) / MIB,
        "loop_stall_max_ms_resync_1000": max(stall for _, _, stall in thousand) * 1000,
        "loop_stall_max_ms_resync_10000": max(stall for _, _, stall in many) * 1000,
    }


def _linked(agents: int, queues: int) -> tuple[float, int, float]:
    with (
        Server(lists(agents, queues)) as server,
        tempfile.TemporaryDirectory(prefix="ccd-bench.") as folder,
        Child("bench.daemon", str(server.port), folder, "1") as child,
    ):
        told = child.ask("synced")
        if told["agents"] < agents:
            raise RuntimeError(f"{told['agents']} of {agents} agents are in the picture")
        return told["synced"] - server.accepted, told["rss"], told["stall_max_s"]


def growth(recording: Recording, events: int) -> dict[str, Any]:
    """How much memory grows from the first tenth of so many events to their end; flat is the aim."""
    times = max(events // recording.messages, 10)
    with (
        Server(recording.lists) as server,
        tempfile.TemporaryDirectory(prefix="ccd-bench.") as folder,
        Child("bench.daemon", str(server.port), folder, "40") as child,
    ):
        child.ask("synced")
        for number in range(times // 10):
            server.send(recording.repetition(number))
        child.ask("settled")
        early = child.ask("look")
        for number in range(times // 10, times):
            server.send(recording.repetition(number))
        child.ask("settled")
        late = child.ask("look")
    return {
        "rss_events": recording.messages * times,
        "rss_mb_early": early["rss"] / MIB,
        "rss_mb_late": late["rss"] / MIB,
        "rss_growth_mb": (late["rss"] - early["rss"]) / MIB,
    }
