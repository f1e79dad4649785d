"""The simulator as a running thing: real time, faults to order, floods, recordings."""

from __future__ import annotations

import asyncio
import socket
import wave
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import pytest
import pytest_asyncio

from ccd.config import SimulatorSettings
from ccd.simulator import Simulator
from tests.simulator.ami_client import AmiClient
from tests.simulator.audit import Audit


@pytest_asyncio.fixture
async def busy() -> AsyncIterator[tuple[Simulator, int]]:
    simulator = Simulator(SimulatorSettings(seed=5))
    try:
        yield simulator, await simulator.start()
    finally:
        await simulator.stop()


Busy = tuple[Simulator, int]


async def test_a_newcomer_sees_life_at_once(busy: Busy) -> None:
    client = await AmiClient.logged_in(busy[1])
    status = await client.items("QueueStatusComplete", Action="QueueStatus")
    members = [item for item in status if item.name == "QueueMember"]
    assert len({m.get("Location") for m in members}) >= 25
    assert {m.get("PausedReason") for m in members} >= {"restroom", "break", "meal"}
    assert any(m.get("InCall") == "1" for m in members)
    assert {m.get("Wrapuptime") for m in members if m.get("Membership") == "dynamic"} == {"10"}
    assert any(item.name == "QueueEntry" for item in status)
    channels = await client.items("CoreShowChannelsComplete", Action="CoreShowChannels")
    assert sum(bool(channel.get("BridgeId")) for channel in channels) >= 10


async def test_the_day_goes_on_in_real_time_faster_if_asked() -> None:
    simulator = Simulator(speed=200)
    try:
        client = await AmiClient.logged_in(await simulator.start())
        for event in ("AgentConnect", "AgentComplete", "Hangup"):
            await client.until(event)
    finally:
        await simulator.stop()


async def test_where_nothing_is_due_nothing_is_armed() -> None:
    """No polling: an idle PBX has no timer, a busy one sleeps to the next thing due."""
    simulator = Simulator(day=False)
    try:
        client = await AmiClient.logged_in(await simulator.start())
        assert simulator.next_wake is None
        simulator.pbx.call_in("1", "", "802")
        await client.ask(Action="Ping")
        assert simulator.next_wake is None
        simulator.pbx.call_in("1", "", "810")
        await client.ask(Action="Ping")
        assert simulator.next_wake == pytest.approx(simulator.timeline.now + 5, abs=0.5)
    finally:
        await simulator.stop()


async def test_a_cut_ends_every_session_and_lets_in_new_ones(busy: Busy) -> None:
    simulator, port = busy
    clients = [await AmiClient.logged_in(port) for _ in range(3)]
    assert simulator.sessions == 3
    assert simulator.cut_sessions() == 3
    for client in clients:
        assert await client.ended()
    assert (await (await AmiClient.logged_in(port)).ask(Action="Ping")).get("Ping") == "Pong"


async def test_after_a_restart_channels_are_gone_members_stay_and_the_boot_is_new(busy: Busy) -> None:
    simulator, port = busy
    client = await AmiClient.logged_in(port)
    boot = (await client.ask(Action="CoreStatus")).get("CoreStartupTime")
    before = await client.items("QueueStatusComplete", Action="QueueStatus")
    await simulator.restart(down_s=0.1)
    assert (await client.until("Shutdown")).get("Restart") == "True"
    assert await client.ended()
    client = await AmiClient.logged_in(port)
    booted = await client.until("FullyBooted")
    assert int(booted.get("Uptime")) < 10
    assert (await client.ask(Action="CoreStatus")).get("CoreStartupTime") != boot
    after = await client.items("QueueStatusComplete", Action="QueueStatus")
    shown = [{i.get("Location") for i in items if i.name == "QueueMember"} for items in (before, after)]
    assert len(shown[1] ^ shown[0]) <= 2, "one or two may have come or gone meanwhile"
    assert not any(item.name == "QueueEntry" for item in after)
    assert len(simulator.pbx.switch.channels) < 10


async def test_a_stalled_pbx_keeps_connections_and_says_nothing_until_it_resumes(busy: Busy) -> None:
    simulator, port = busy
    client = await AmiClient.logged_in(port)
    simulator.stall()
    client.send(Action="Ping", ActionID="late")
    late = await asyncio.open_connection("127.0.0.1", port)
    while client.reader._buffer:  # type: ignore[attr-defined]
        await client.next()
    for reader in (client.reader, late[0]):
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(reader.read(1), 0.3)
    simulator.resume()
    assert (await late[0].readline()).startswith(b"Asterisk Call Manager/")
    while (answer := await client.next()).get("ActionID") != "late":
        pass
    assert answer.get("Ping") == "Pong"
    late[1].close()


async def test_a_slow_reader_is_cut_and_holds_up_nobody() -> None:
    simulator = Simulator(SimulatorSettings(seed=5), write_timeout_s=0.3)
    try:
        port = await simulator.start()
        slow = socket.create_connection(("127.0.0.1", port))
        slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        slow.sendall(b"Action: Login\r\nUsername: ccd\r\nSecret: simulator\r\n\r\n")
        quick = await AmiClient.logged_in(port)
        reading = asyncio.create_task(quick.ended())
        flood = asyncio.create_task(simulator.flood(5000, 20))
        async with asyncio.timeout(15):
            while simulator.sessions == 2:
                await asyncio.sleep(0.05)
        flood.cancel()
        assert simulator.sessions == 1
        assert not reading.done()
        simulator.cut_sessions()
        await reading
        slow.close()
    finally:
        await simulator.stop()


async def test_a_flood_has_the_rate_asked_for_and_makes_sense(busy: Busy) -> None:
    simulator, _ = busy
    audit = Audit()
    for channel in simulator.pbx.switch.channels.values():
        audit.channels[channel.name] = channel.uniqueid
        audit.seen.add(channel.uniqueid)
        if channel.bridge:
            audit.bridges.setdefault(channel.bridge.uniqueid, set()).add(channel.name)
        if channel.served and channel is channel.served.caller:
            audit.serving[channel.uniqueid] += 1
    for queue in simulator.pbx.members.queues.values():
        audit.waiting[queue.name] = [entry.channel.uniqueid for entry in queue.callers]
        for member in queue.members.values():
            audit.member_status[queue.name, member.interface] = str(member.status)
    simulator.pbx.wire.listeners.append(audit.hear)
    told = await simulator.flood(events_per_second=3000, seconds=1)
    assert told >= 2900
    assert audit.counts["Newchannel"] > 20
    assert audit.counts["QueueMemberStatus"] > 20
    assert simulator.burst(1000) >= 1000


async def test_recordings_are_files_with_sound_in_them(tmp_path: Path) -> None:
    folder = tmp_path / "monitor"
    simulator = Simulator(day=False, speed=50, recordings=folder)
    try:
        client = await AmiClient.logged_in(await simulator.start())
        await simulator.play("answered_agent_hangup")
        while (told := await client.until("VarSet")).get("Variable") != "MIXMONITOR_FILENAME":
            pass
        path = Path(told.get("Value"))
        assert path.parent == folder
        with wave.open(str(path)) as audio:
            assert audio.getnframes() / audio.getframerate() > 0.5, "as long as the talk"
            assert len(set(audio.readframes(8000))) > 20, "a tone, not silence"
    finally:
        await simulator.stop()


async def test_a_recording_is_a_bare_header_until_the_call_ends(tmp_path: Path) -> None:
    simulator = Simulator(day=False, recordings=tmp_path)
    try:
        await simulator.start()
        channel = simulator.pbx.call_in("1", "", "802")
        simulator.pbx.record(channel)
        assert [file.stat().st_size for file in tmp_path.iterdir()] == [44]
        simulator.pbx.hang_up(channel)
        assert [file.stat().st_size > 8000 for file in tmp_path.iterdir()] == [True]
    finally:
        await simulator.stop()


async def test_two_runs_never_share_an_id() -> None:
    """The second run begins while calls that the first may have numbered are still in memory somewhere."""
    seen: list[set[str]] = []
    for begun in (1_800_000_000.0, 1_800_000_000.5, 1_800_003_600.0):
        simulator = Simulator(SimulatorSettings(seed=1), now=partial(float, begun))
        audit = Audit()
        simulator.pbx.wire.listeners.append(audit.hear)
        await simulator.start()
        await simulator.stop()
        seen.append(audit.seen)
    assert all(len(ids) > 500 for ids in seen)
    assert len(set.union(*seen)) == sum(len(ids) for ids in seen)


async def test_an_unknown_scenario_is_refused() -> None:
    simulator = Simulator(day=False)
    with pytest.raises(KeyError):
        await simulator.play("no such scene")
