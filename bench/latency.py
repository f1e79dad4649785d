"""From event to effect: how long after the hangup of a recorded call left the PBX is its recording asked for.

The stream is sent in pieces at a steady pace, or in bursts; each piece's time of sending is noted, and the
daemon notes when the effect reached its performer. Both clocks are the machine's monotonic one. What a
session gathers on purpose (``coalesce_s``, 10 ms at most) is part of the figure.
"""

from __future__ import annotations

import tempfile
import time
from typing import Any

from bench.child import Child
from bench.server import Server
from bench.stream import END, Recording

__all__ = ["measure", "percentile"]

PACED, PIECE = 2000, 10
BURST, EVERY_S = 1000, 0.5


def measure(recording: Recording, events: int) -> dict[str, Any]:
    """p50 and p99 in milliseconds, and the longest stall of the loop meanwhile."""
    paced, stall = _run(recording, events, PIECE, PIECE / PACED)
    burst, burst_stall = _run(recording, events, BURST, EVERY_S)
    return {
        "latency_p50_ms_2000": percentile(paced, 0.5),
        "latency_p99_ms_2000": percentile(paced, 0.99),
        "latency_p50_ms_burst": percentile(burst, 0.5),
        "latency_p99_ms_burst": percentile(burst, 0.99),
        "loop_stall_max_ms": max(stall, burst_stall) * 1000,
    }


def _run(recording: Recording, events: int, size: int, every_s: float) -> tuple[list[float], float]:
    times = max(events // recording.messages, 1)
    messages = recording.repeated(times).split(END)[:-1]
    pieces = [messages[start : start + size] for start in range(0, len(messages), size)]
    with (
        Server(recording.lists) as server,
        tempfile.TemporaryDirectory(prefix="ccd-bench.") as folder,
        Child("bench.daemon", str(server.port), folder, "40") as child,
    ):
        child.ask("synced")
        child.ask("begin")
        sent = _send(server, pieces, every_s)
        time.sleep(1.0)
        effects = child.ask("effects")["effects"]
        stall = child.ask("look")["stall_max_s"]
    late = [at - sent[uniqueid] for uniqueid, at in effects if uniqueid in sent]
    if len(late) < len(effects) * 0.9 or not late:
        raise RuntimeError(f"{len(late)} of {len(effects)} effects belong to a hangup that was sent")
    return late, float(stall)


def _send(server: Server, pieces: list[list[bytes]], every_s: float) -> dict[str, float]:
    """When the hangup of each channel was sent."""
    sent: dict[str, float] = {}
    due = time.monotonic()
    for piece in pieces:
        due += every_s
        time.sleep(max(due - time.monotonic(), 0.0))
        now = time.monotonic()
        for raw in piece:
            if raw.startswith(b"Event: Hangup\r\n"):
                sent[_uniqueid(raw)] = now
        server.send(END.join(piece) + END)
    return sent


def _uniqueid(raw: bytes) -> str:
    start = raw.index(b"\r\nUniqueid: ") + 12
    return raw[start : raw.index(b"\r\n", start)].decode()


def percentile(values: list[float], share: float) -> float:
    """Of seconds, in milliseconds."""
    return sorted(values)[min(int(len(values) * share), len(values) - 1)] * 1000
