"""Our rows tell Asterisk's queue_log again."""

from __future__ import annotations

import gzip
import itertools
from pathlib import Path
from typing import Any

import msgspec
import pytest

from ccd import events as e
from ccd.adapters.store import Store
from ccd.adapters.store.formats import FORMATS
from ccd.adapters.store.queries import columns_of, opened
from tests.adapters.store.conftest import Place
from tests.adapters.store.samples import AGENT, AT, QUEUE, later, queue_call, sample
from tests.following.playback import RECORDINGS, Player, read_messages

T0 = int(AT.timestamp())


async def log_of(place: Place, **bounds: Any) -> list[str]:
    async with opened(place.settings, place.state_dir) as archive:
        rows = [row async for row in archive.export("queue_log", **bounds)]
    return FORMATS["queue_log"](columns_of("queue_log")).rows(rows).splitlines()


def of_agent(kind: type[e.Event], seconds: float, **more: Any) -> e.Event:
    return sample(kind, **({"at": later(seconds), "seen": True} | QUEUE | AGENT | more))


def joined(seconds: float = 1, **more: Any) -> e.Event:
    given = QUEUE | {"caller_number": "13800138000", "position": 2, "seen": True} | more
    return sample(e.CallerJoined, at=later(seconds), **given)


def left(outcome: str, **more: Any) -> e.Event:
    given = QUEUE | {"outcome": outcome, "wait_s": 41.9, "position": 1, "joined": later(1)} | more
    return sample(e.CallerLeft, at=later(43), **given)


def member(kind: type[e.Event], **more: Any) -> e.Event:
    return sample(kind, **({"at": AT, "pbx": "main", "queue": "support", "seen": True} | AGENT | more))


def completed(reason: str, **more: Any) -> e.Event:
    return of_agent(e.AgentCompleted, 43, reason=reason, wait_s=12.0, talk_s=30.0, **more)


def transferred(how: str, seconds: float = 43, **more: Any) -> e.Event:
    given = QUEUE | {"uniqueid": "1.2", "interface": "PJSIP/1001", "how": how, "to": "8002"} | more
    return sample(e.CallTransferred, at=later(seconds), **given)


CASES: dict[str, tuple[list[e.Event], list[str]]] = {
    "entering": ([joined()], [f"{T0 + 1}|1.1|support|NONE|ENTERQUEUE||13800138000|2"]),
    "no answer": (
        [sample(e.RingNoAnswer, at=later(9), **QUEUE, **AGENT, ring_s=8.25)],
        [f"{T0 + 9}|1.1|support|张三|RINGNOANSWER|8250"],
    ),
    "connected": (
        [
            sample(
                e.AgentConnected, at=later(9), **QUEUE, **AGENT, agent_uniqueid="1.2", wait_s=12.0, ring_s=3.0
            )
        ],
        [f"{T0 + 9}|1.1|support|张三|CONNECT|12|1.2|3"],
    ),
    "the agent hangs up": (
        [joined(), completed("agent")],
        [
            f"{T0 + 1}|1.1|support|NONE|ENTERQUEUE||13800138000|2",
            f"{T0 + 43}|1.1|support|张三|COMPLETEAGENT|12|30|2",
        ],
    ),
    "the caller hangs up": ([completed("caller")], [f"{T0 + 43}|1.1|support|张三|COMPLETECALLER|12|30"]),
    "a blind transfer": (
        [transferred("blind"), completed("transfer")],
        [f"{T0 + 43}|1.1|support|张三|BLINDTRANSFER|8002||12|30"],
    ),
    "an attended transfer, told after its end": (
        [completed("transfer"), transferred("attended", 43.1, call="1.9")],
        [f"{T0 + 43}|1.1|support|张三|ATTENDEDTRANSFER||8002|12|30"],
    ),
    "the transfer of somebody else, or of long ago": (
        [
            transferred("blind", 43, interface="PJSIP/1002", call="9.9"),
            transferred("blind", 20),
            transferred("blind", 43, queue="sales"),
            completed("transfer"),
        ],
        [],
    ),
    "abandoned": ([left("abandoned")], [f"{T0 + 43}|1.1|support|NONE|ABANDON|1||41"]),
    "timed out": ([left("timeout")], [f"{T0 + 43}|1.1|support|NONE|EXITWITHTIMEOUT|1||41"]),
    "emptied": ([left("empty")], [f"{T0 + 43}|1.1|support|NONE|EXITEMPTY|1||41"]),
    "by a key": ([left("key")], [f"{T0 + 43}|1.1|support|NONE|EXITWITHKEY||1||41"]),
    "answered: CONNECT says so": ([left("answered")], []),
    "unknown: nothing is invented": (
        [left("unknown"), completed("unknown"), completed("agent", seen=False)],
        [],
    ),
    "ringing alone has no line": ([sample(e.AgentRang, at=AT, **QUEUE, **AGENT)], []),
    "paused": (
        [member(e.MemberPaused, reason="meal")],
        [f"{T0}|NONE|support|张三|PAUSE|meal"],
    ),
    "unpaused": ([member(e.MemberUnpaused, reason="")], [f"{T0}|NONE|support|张三|UNPAUSE|"]),
    "added": ([member(e.MemberAdded)], [f"{T0}|NONE|support|PJSIP/1001|ADDMEMBER|"]),
    "added as paused": (
        [member(e.MemberAdded), member(e.MemberPaused, reason="meal")],
        [f"{T0}|NONE|support|PJSIP/1001|ADDMEMBER|PAUSED"],
    ),
    "added, and then paused": (
        [member(e.MemberAdded), member(e.MemberPaused, reason="meal", at=later(0.01))],
        [f"{T0}|NONE|support|PJSIP/1001|ADDMEMBER|", f"{T0}|NONE|support|张三|PAUSE|meal"],
    ),
    "removed": ([member(e.MemberRemoved)], [f"{T0}|NONE|support|PJSIP/1001|REMOVEMEMBER|"]),
    "found by a snapshot: when it happened is not known": (
        [
            member(kind, seen=False)
            for kind in (e.MemberAdded, e.MemberRemoved, e.MemberPaused, e.MemberUnpaused)
        ]
        + [joined(seen=False)],
        [],
    ),
    "a name that would break the line": (
        [member(e.MemberPaused, member="a|b\r\nc\x1b", reason="x|1")],
        [f"{T0}|NONE|support|a_b__c_|PAUSE|x_1"],
    ),
}


@pytest.mark.parametrize(("facts", "lines"), CASES.values(), ids=CASES)
async def test_each_event_has_its_line(sqlite_place: Place, facts: list[e.Event], lines: list[str]) -> None:
    store = await Store.open(sqlite_place.settings, sqlite_place.state_dir)
    await store.commit(facts)
    assert await log_of(sqlite_place) == lines
    await store.close()


async def test_the_position_at_entry_is_that_of_this_stay(store: Store, place: Place) -> None:
    """The same caller in the same queue twice, and in another one between."""
    await store.commit(
        [
            joined(1, position=5),
            left("timeout"),
            joined(50, queue="sales", position=9),
            joined(60, position=7),
            sample(e.AgentCompleted, at=later(90), **QUEUE, **AGENT, reason="agent", seen=True),
        ]
    )
    lines = await log_of(place)
    assert [line.split("|")[4:] for line in lines if "ENTER" not in line] == [
        ["EXITWITHTIMEOUT", "1", "5", "41"],
        ["COMPLETEAGENT", "6", "6", "7"],
    ]


async def test_lines_are_in_order_over_many_pages_and_within_bounds(store: Store, place: Place) -> None:
    count = 1203
    facts = [member(e.MemberPaused, at=later(number // 2), interface=str(number)) for number in range(count)]
    await store.commit([*facts, *queue_call(), member(e.MemberPaused, pbx="branch")])
    times = [int(line.split("|")[0]) for line in await log_of(place, pbx="main")]
    assert len(times) == count + 3
    assert times == sorted(times)
    some = await log_of(place, pbx="branch")
    assert len(some) == 1
    between = await log_of(place, since=later(100), until=later(200))
    assert len(between) == 200


# --- against Asterisk's own -------------------------------------------------------------------------------

NOT_OURS = {"QUEUESTART", "PENALTY", "RINGCANCELED", "PAUSEALL", "UNPAUSEALL"}


def asterisks_own(path: Path) -> list[list[str]]:
    raw = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    lines = [line.split("|") for line in raw.decode().splitlines()]
    connected: dict[tuple[str, ...], str] = {}
    for line in lines:
        agent = line[2], line[3]
        if line[4] == "CONNECT":
            connected[agent] = connected[line[1], *agent] = line[1]
        elif line[4].startswith(("COMPLETE", "ATTENDEDTRANSFER")):
            # Asterisk ends a few calls under another Uniqueid: of what stood in for a Local channel, or
            # (16 only) of the leg on which the agent consulted.
            line[1] = connected.get((line[1], *agent), connected[agent])
    return [line for line in lines if line[4] not in NOT_OURS]


def what_is_compared(line: list[str]) -> tuple[str, ...]:
    """Queue, agent, event and caller; who gave the order to add a member is not known to us."""
    _, caller, queue, agent, event, *_ = line
    return ("", queue, agent, event) if event.endswith("MEMBER") else (caller, queue, agent, event)


def figures(line: list[str]) -> list[str]:
    """The time and the data. An attended transfer begins with two or three words for how it was done."""
    return [line[0], *(line[-3:] if line[4] == "ATTENDEDTRANSFER" else line[5:])]


def far_apart(ours: list[str], theirs: list[str]) -> list[str]:
    """Times and figures may differ by a second, for either rounds its own way; empty is: not known."""
    limit = 1000 if ours[4] == "RINGNOANSWER" else 1
    return [
        f"{a} is not {b}"
        for a, b in itertools.zip_longest(figures(ours), figures(theirs), fillvalue="")
        if a and a != b and not (a.isdigit() and b.isdigit() and abs(int(a) - int(b)) <= limit)
    ]


@pytest.mark.parametrize("version", ["22", "16"])
async def test_it_agrees_with_what_asterisk_wrote_itself(sqlite_place: Place, version: str) -> None:
    store = await Store.open(sqlite_place.settings, sqlite_place.state_dir)
    written = sorted((RECORDINGS / version).glob("*.queue_log*"))
    count = 0
    for path in written:
        scene = path.name.partition(".")[0]
        sessions = sorted(path.parent.glob(f"{scene}.*ami*"))
        if len(sessions) > 1:
            continue  # the PBX died between them: what we were blind for has no lines
        player = Player()
        player.link()
        player.sync()
        player.feed(read_messages(sessions[0]))
        player.wait(30)
        await store.commit(
            msgspec.structs.replace(fact, pbx=scene)
            for fact in player.facts
            if "pbx" in fact.__struct_fields__
        )
        theirs = sorted(asterisks_own(path), key=what_is_compared)
        ours = sorted(
            (line.split("|") for line in await log_of(sqlite_place, pbx=scene)), key=what_is_compared
        )
        assert list(map(what_is_compared, ours)) == list(map(what_is_compared, theirs)), scene
        for mine, its in zip(ours, theirs, strict=True):
            assert not far_apart(mine, its), (scene, mine, its)
        count += len(theirs)
    assert count > 500
    await store.close()
