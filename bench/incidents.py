"""From an agent's report of an emergency to its record, and to the first phone that rings.

Reports are sent as the dialplan tells of them. While nothing else happens each comes from an agent's phone of
its own; in a storm of 2,000 events a second, from a leg that has just been connected to a caller. The clock
runs from the sending of the report to the moment at which ccd carries out its answer, which is after the
commit of its facts (where that takes more than 0.3 s: after they are in the spool, and they are counted), and
to the arrival of the first Originate at the PBX. All clocks are the machine's monotonic one. Incidents are
closed every few seconds: no centre has hundreds open.
"""

from __future__ import annotations

import hashlib
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from typing import Any

from bench.child import Child
from bench.daemon import PBX
from bench.latency import percentile
from bench.server import Server
from bench.stream import END, Recording
from tests.adapters.store.postgres import Cluster

__all__ = ["measure"]

EVENTS_PER_S, PIECE = 2000, 10
EVERY_S = 0.1
EVERY = 4
"""Of the agents' legs in the storm one in so many reports."""
END_EVERY_S = 5.0
RECORDED_S = 0.5
"""For the last of them, before it is looked at."""

Sent = dict[str, float]


def measure(recording: Recording, reports: int) -> dict[str, Any]:
    """p50, p99 and the longest in milliseconds, by load and database."""
    results: dict[str, Any] = {}
    with closing(Cluster()) as cluster:
        for name in ("sqlite", "postgresql"):
            for load in ("idle", "2000"):
                url = cluster.create_database() if name == "postgresql" else ""
                results |= _one(recording, reports, load, name, url)
    return results


def _one(recording: Recording, reports: int, load: str, name: str, url: str) -> dict[str, Any]:
    with (
        Server(recording.lists) as server,
        tempfile.TemporaryDirectory(prefix="ccd-bench.") as folder,
        Child("bench.daemon", str(server.port), folder, "40", url) as child,
    ):
        child.ask("synced")
        child.ask("begin")
        pieces = _quiet(reports) if load == "idle" else _storm(recording, reports)
        every_s = EVERY_S if load == "idle" else PIECE / EVENTS_PER_S
        sent = _send(server, child, pieces, every_s)
        time.sleep(RECORDED_S)
        told = child.ask("answers")
    answered = dict(told["answers"])
    dialled = {key.split("-")[3]: at for key, at in reversed(server.dialled) if key.endswith("-r0-1-0")}
    if missing := [request for request in sent if request not in answered or _digest(request) not in dialled]:
        raise RuntimeError(f"of {len(sent)} reports {len(missing)} were not answered or rang nobody")
    durable = [answered[request] - at for request, at in sent.items()]
    first = [dialled[_digest(request)] - at for request, at in sent.items()]
    results = {f"report_facts_spooled_{load}_{name}": told["spooled"]}
    for what, values in (("durable", durable), ("dial", first)):
        for figure, share in (("p50", 0.5), ("p99", 0.99), ("max", 1.0)):
            results[f"report_{what}_{figure}_ms_{load}_{name}"] = percentile(values, share)
    return results


def _digest(request: str) -> str:
    """By which an incident's id, and so each of its rings, tells the report."""
    return hashlib.sha256(request.encode()).hexdigest()[:8]


def _send(server: Server, child: Child, pieces: Iterator[tuple[bytes, str]], every_s: float) -> Sent:
    """Each piece at its time; when each report was sent, by its request."""
    sent: Sent = {}
    due = ended = time.monotonic()
    for piece, request in pieces:
        due += every_s
        time.sleep(max(due - time.monotonic(), 0.0))
        if request:
            sent[f"{PBX}-{request}"] = time.monotonic()
        server.send(piece)
        if time.monotonic() - ended > END_EVERY_S:
            child.ask("end")  # their end is not to be in the way of the next report
            due = ended = time.monotonic()
    return sent


def _report(uniqueid: str, channel: str) -> bytes:
    return _event(
        "UserEvent",
        UserEvent="CcdReport",
        Channel=channel,
        Uniqueid=uniqueid,
        Ladder="threat",
        Request=f"{uniqueid}-1",
    )


def _quiet(reports: int) -> Iterator[tuple[bytes, str]]:
    """A phone dials the code, reports, and hangs up."""
    for number in range(reports):
        uniqueid, channel = f"1700000000.{number}", f"PJSIP/{1001 + number % 5}-{number:08x}"
        leg = {"Channel": channel, "Uniqueid": uniqueid, "Linkedid": uniqueid, "ChannelState": "6"}
        begins = _event("Newchannel", **leg, Context="phones", Exten="*881")
        yield begins + _report(uniqueid, channel), f"{uniqueid}-1"
        yield _event("Hangup", **leg, Cause="16"), ""


def _storm(recording: Recording, reports: int) -> Iterator[tuple[bytes, str]]:
    """Pieces of the stream, and a report behind one that has connected an agent."""
    connected = sent = number = 0
    while sent < reports:
        messages = recording.repetition(number).split(END)[:-1]
        number += 1
        for start in range(0, len(messages), PIECE):
            piece = messages[start : start + PIECE]
            yield END.join(piece) + END, ""
            for raw in piece:
                if raw.lstrip(b"\r\n").startswith(b"Event: AgentConnect\r\n"):
                    connected += 1
                    if connected % EVERY == 0 and sent < reports:
                        sent += 1
                        uniqueid = _header(raw, "DestUniqueid")
                        yield _report(uniqueid, _header(raw, "DestChannel")), f"{uniqueid}-1"


def _event(name: str, /, **fields: str) -> bytes:
    lines = [f"Event: {name}", *(f"{field}: {value}" for field, value in fields.items())]
    return "\r\n".join(lines).encode() + END


def _header(raw: bytes, name: str) -> str:
    return raw.partition(f"\r\n{name}: ".encode())[2].partition(b"\r\n")[0].decode()
