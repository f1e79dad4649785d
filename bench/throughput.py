"""The whole pipeline against its peers, on one stream: ccd, floor, panoramisk, cacofonisk, and again.

Every contestant is a new process on a real socket, and gets the same bytes as fast as it reads them. Rounds
are interleaved and ratios are taken within a round, so that what slows the machine for a while slows all. A
ratio says how many times as fast ccd is, by CPU time (all threads, the store's among them) unless it says
wall time. That ccd did all of the work is checked by what it stored.
"""

from __future__ import annotations

import tempfile
from statistics import median
from typing import Any

from bench.child import Child
from bench.server import Server
from bench.stream import Recording, names

__all__ = ["PEERS", "measure", "one"]

PEERS = ("floor", "panoramisk", "cacofonisk")


def measure(recording: Recording, times: int, rounds: int) -> dict[str, Any]:
    """Ratios (median, least and most of the rounds) and what each contestant took at the median."""
    stream = [recording.repetition(number) for number in range(times)]
    messages = recording.messages * times
    took: dict[str, list[tuple[float, float]]] = {name: [] for name in ("ccd", *PEERS)}
    for _ in range(rounds):
        for name, runs in took.items():
            runs.append(one(name, recording, stream))
    results: dict[str, Any] = {"events": messages}
    for name, runs in took.items():
        results[f"{name}_us_per_event"] = median(cpu for cpu, _ in runs) / messages * 1e6
        results[f"{name}_events_per_s"] = messages / median(wall for _, wall in runs)
    for peer in PEERS:
        for kind, place in (("", 0), ("_wall", 1)):
            pairs = zip(took["ccd"], took[peer], strict=True)
            ratios = [theirs[place] / ours[place] for ours, theirs in pairs]
            results[f"ratio_to_{peer}{kind}"] = median(ratios)
            results[f"ratio_to_{peer}{kind}_min"] = min(ratios)
            results[f"ratio_to_{peer}{kind}_max"] = max(ratios)
    return results


def one(name: str, recording: Recording, stream: list[bytes]) -> tuple[float, float]:
    """Seconds of CPU and of the wall clock that this contestant took."""
    with Server(recording.lists) as server:
        if name == "ccd":
            return _ccd(server, recording, stream)
        with Child("bench.peers", name, str(server.port)) as child:
            child.hear()
            began = server.play(stream)
            told = child.hear()
            return told["cpu_s"], told["ended"] - began


def _ccd(server: Server, recording: Recording, stream: list[bytes]) -> tuple[float, float]:
    with (
        tempfile.TemporaryDirectory(prefix="ccd-bench.") as folder,
        Child("bench.daemon", str(server.port), folder, "40") as child,
    ):
        child.ask("synced")
        child.ask("begin")
        before = child.ask("look")
        began = server.play(stream)
        told = child.ask("drained")
        expected = _stored(recording) * len(stream)
        written = told["written"] - before["written"]
        if written < expected or told["errors"] or told["lost"]:
            raise RuntimeError(f"ccd did not do all of the work: {told}, at least {expected} facts expected")
        return told["cpu_s"], told["at"] - began


def _stored(recording: Recording) -> int:
    """Facts that must come of it at the least: legs begin and end, callers join, and so on."""
    seen = names(recording.body)
    one_each = ("Newchannel", "Hangup", "QueueCallerJoin", "QueueCallerLeave", "AgentConnect")
    return sum(seen[name] for name in one_each)
