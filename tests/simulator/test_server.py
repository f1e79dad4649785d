"""The AMI server in front of the model: login, actions and lists as Asterisk answers them."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator

import panoramisk
import pytest
import pytest_asyncio

from ccd.simulator import Simulator
from ccd.simulator.actions import ACTIONS
from tests.simulator.ami_client import AmiClient


@pytest_asyncio.fixture
async def quiet() -> AsyncIterator[tuple[Simulator, int]]:
    """A PBX on which nothing happens by itself, and its port."""
    simulator = Simulator(day=False, speed=50)
    try:
        yield simulator, await simulator.start()
    finally:
        await simulator.stop()


Quiet = tuple[Simulator, int]


async def test_a_challenge_is_met_by_the_md5_of_it_and_the_secret(quiet: Quiet) -> None:
    client = await AmiClient.connect(quiet[1])
    challenge = (await client.ask(Action="Challenge", AuthType="MD5")).get("Challenge")
    key = hashlib.md5(f"{challenge}simulator".encode(), usedforsecurity=False).hexdigest()
    answer = await client.ask(Action="login", AuthType="md5", Username="ccd", Key=key, ActionID="7")
    assert (answer.get("Response"), answer.get("ActionID")) == ("Success", "7")
    assert (await client.next()).name == "FullyBooted"


@pytest.mark.parametrize(
    "proof",
    [
        {"Username": "ccd", "Secret": "wrong"},
        {"Username": "root", "Secret": "simulator"},
        {"Username": "ccd"},
        {"Username": "ccd", "AuthType": "MD5", "Key": hashlib.md5(b"simulator").hexdigest()},
        {"Username": "ccd", "AuthType": "MD5", "Key": ""},
        {"Username": "ccd", "AuthType": "MD5", "Secret": "simulator"},
    ],
    ids=str,
)
async def test_who_cannot_prove_the_secret_is_refused_and_cut(quiet: Quiet, proof: dict[str, str]) -> None:
    client = await AmiClient.connect(quiet[1])
    answer = await client.ask(Action="Login", **proof)
    assert (answer.get("Response"), answer.get("Message")) == ("Error", "Authentication failed")
    assert await client.ended()


async def test_without_login_there_are_neither_answers_nor_events(quiet: Quiet) -> None:
    simulator, port = quiet
    client = await AmiClient.connect(port)
    assert (await client.ask(Action="QueueStatus")).get("Message") == "Permission denied"
    await simulator.play("pause_while_talking")
    assert (await client.ask(Action="Ping")).get("Message") == "Permission denied"
    assert client.aside == []


@pytest.mark.parametrize(
    ("action", "message"),
    [
        ({"Action": "Nonsense"}, "Invalid/unknown command: Nonsense."),
        ({"Foo": "bar"}, "Missing action in request"),
        ({"Action": "QueueAdd", "Interface": "PJSIP/1001"}, "'Queue' not specified."),
        ({"Action": "QueueAdd", "Queue": "vip"}, "'Interface' not specified."),
        ({"Action": "QueueAdd", "Queue": "nope", "Interface": "PJSIP/1"}, "No such queue"),
        ({"Action": "QueueAdd", "Queue": "support", "Interface": "PJSIP/1001"}, "Already there"),
        ({"Action": "QueueRemove", "Queue": "support", "Interface": "PJSIP/1001"}, "Member not dynamic"),
        ({"Action": "QueueRemove", "Queue": "vip", "Interface": "PJSIP/1001"}, "Not there"),
        ({"Action": "QueuePause", "Paused": "true"}, "Need 'Interface' and 'Paused' parameters."),
        ({"Action": "QueuePause", "Paused": "true", "Interface": "PJSIP/9"}, "Interface not found"),
        ({"Action": "Hangup", "Channel": "PJSIP/9-00000001"}, "No such channel"),
        ({"Action": "Hangup", "Channel": "/(/"}, "Regex compile error"),
        ({"Action": "Hangup"}, "No channel specified"),
        ({"Action": "DBGet", "Family": "a", "Key": "b"}, "Database entry not found"),
        ({"Action": "DBDel", "Family": "a", "Key": "b"}, "Database entry could not be deleted"),
        ({"Action": "Originate"}, "Channel not specified"),
        ({"Action": "StopMixMonitor", "Channel": "nope"}, "No such channel"),
    ],
    ids=str,
)
async def test_what_cannot_be_done_is_refused_in_asterisks_words(
    quiet: Quiet, action: dict[str, str], message: str
) -> None:
    client = await AmiClient.logged_in(quiet[1])
    answer = await client.ask(**action, ActionID="1")
    assert answer.get("Response") == "Error"
    assert message in answer.get("Message")
    assert answer.get("ActionID") == "1"


async def test_members_come_pause_and_go_by_action(quiet: Quiet) -> None:
    client = await AmiClient.logged_in(quiet[1])
    who = {"Queue": "vip", "Interface": "PJSIP/1006"}
    answer = await client.ask(Action="QueueAdd", **who, MemberName="张三", Penalty="2")
    assert answer.get("Message") == "Added interface to queue"
    added = await client.until("QueueMemberAdded")
    assert (added.get("MemberName"), added.get("Penalty"), added.get("Membership")) == (
        "张三",
        "2",
        "dynamic",
    )
    await client.ask(Action="QueuePause", **who, Paused="true", Reason="meal")
    assert (await client.until("QueueMemberPause")).get("PausedReason") == "meal"
    _, snapshot = await client.items("QueueStatusComplete", Action="QueueStatus", **who, Member="PJSIP/1006")
    assert (snapshot.get("Location"), snapshot.get("Paused")) == ("PJSIP/1006", "1")
    await client.ask(Action="QueueRemove", **who)
    assert (await client.until("QueueMemberRemoved")).get("Interface") == "PJSIP/1006"


async def test_the_lists_show_a_call_as_it_stands(quiet: Quiet) -> None:
    simulator, port = quiet
    client = await AmiClient.logged_in(port, events="off")
    talking = simulator.pbx.call_in("13800138000", "李雷", "1006")
    simulator.pbx.answer(simulator.pbx.switch.of_device("PJSIP/1006")[0])
    waiting = simulator.pbx.call_in("13900139000", "", "802")
    channels = await client.items("CoreShowChannelsComplete", Action="CoreShowChannels")
    assert {c.get("Uniqueid") for c in channels if c.get("BridgeId")} >= {talking.uniqueid}
    assert [c.get("Application") for c in channels if c.get("Uniqueid") == waiting.uniqueid] == ["Queue"]
    entries = await client.items("QueueStatusComplete", Action="QueueStatus")
    [entry] = [item for item in entries if item.name == "QueueEntry"]
    assert (entry.get("Uniqueid"), entry.get("Position")) == (waiting.uniqueid, "1")
    devices = await client.items("DeviceStateListComplete", Action="DeviceStateList")
    assert [d.get("State") for d in devices if d.get("Device") == "PJSIP/1006"] == ["INUSE"]
    summary = await client.items("QueueSummaryComplete", Action="QueueSummary", Queue="vip")
    assert summary[0].get("Callers") == "1"
    status = await client.ask(Action="CoreStatus")
    assert status.get("CoreCurrentCalls") == "2"


async def test_every_listed_command_is_answered(quiet: Quiet) -> None:
    client = await AmiClient.logged_in(quiet[1])
    listed = await client.ask(Action="ListCommands")
    names = [name for name, _ in listed.items() if name != "Response"]
    assert names == sorted(ACTIONS)
    for name in names:
        assert (await client.ask(Action=name)).get("Response") in ("Success", "Error")


async def test_a_phone_is_called_and_goes_on_to_the_extension(quiet: Quiet) -> None:
    simulator, port = quiet
    client = await AmiClient.logged_in(port, events="call")
    sent = {"Action": "Originate", "Channel": "PJSIP/1006", "Context": "phones", "Exten": "1007"}
    answer = await client.ask(**sent, Priority="1", Async="true", CallerID='"click" <1006>', ActionID="9")
    assert answer.get("Message") == "Originate successfully queued"
    simulator.pbx.answer(simulator.pbx.switch.of_device("PJSIP/1006")[0])
    done = await client.until("OriginateResponse")
    assert (done.get("ActionID"), done.get("Response"), done.get("Reason")) == ("9", "Success", "4")
    assert simulator.pbx.switch.of_device("PJSIP/1007")
    assert (await client.ask(Action="Hangup", Channel=done.get("Channel"))).get("Message") == "Channel Hungup"
    assert not simulator.pbx.switch.channels


async def test_a_phone_that_does_not_exist_fails_the_call(quiet: Quiet) -> None:
    client = await AmiClient.logged_in(quiet[1], events="call")
    sent = {"Action": "Originate", "Channel": "PJSIP/nope", "Context": "phones", "Exten": "1007"}
    assert (await client.ask(**sent)).get("Message") == "Originate failed"
    await client.ask(**sent, Async="true")
    assert (await client.until("OriginateResponse")).get("Response") == "Failure"


async def test_astdb_keeps_what_is_put(quiet: Quiet) -> None:
    client = await AmiClient.logged_in(quiet[1], events="off")
    await client.ask(Action="DBPut", Family="ccd-missed", Key="count", Val="1")
    [value] = await client.items("DBGetComplete", Action="DBGet", Family="ccd-missed", Key="count")
    assert value.get("Val") == "1"
    [entry] = await client.items("DBGetTreeComplete", Action="DBGetTree", Family="ccd-missed")
    assert (entry.get("Key"), entry.get("Val")) == ("/ccd-missed/count", "1")
    assert (await client.ask(Action="Getvar", Variable="DB(ccd-missed/count)")).get("Value") == "1"
    await client.ask(Action="DBDel", Family="ccd-missed", Key="count")
    assert (await client.ask(Action="DBGet", Family="ccd-missed", Key="count")).get("Response") == "Error"


async def test_a_user_event_reaches_every_session_with_its_headers_and_no_others(quiet: Quiet) -> None:
    first, second = [await AmiClient.logged_in(quiet[1], events="user") for _ in range(2)]
    first.send(Action="UserEvent", UserEvent="Threat", Seat="张\x00三", ActionID="3")
    for client in (first, second):
        event = await client.until("UserEvent")
        headers = dict(event.items())
        headers.pop("Timestamp")
        assert headers == {
            "Event": "UserEvent",
            "Privilege": "user,all",
            "UserEvent": "Threat",
            "ActionID": "3",
            "Seat": "张 三",
        }


@pytest.mark.parametrize(
    ("mask", "heard"),
    [
        ("on", {"call", "agent", "dialplan"}),
        ("agent", {"agent"}),
        ("call,agent", {"call", "agent"}),
        ("off", set()),
    ],
)
async def test_a_session_hears_only_the_classes_it_asks_for(quiet: Quiet, mask: str, heard: set[str]) -> None:
    simulator, port = quiet
    client = await AmiClient.logged_in(port)
    answer = await client.ask(Action="Events", EventMask=mask)
    assert answer.get("Events") == ("Off" if mask == "off" else "On")
    client.aside.clear()
    await simulator.play("answered_agent_hangup")
    await client.ask(Action="Ping")
    assert {event.get("Privilege").removesuffix(",all") for event in client.aside} == heard


async def test_requests_may_come_in_pieces_or_together(quiet: Quiet) -> None:
    client = await AmiClient.logged_in(quiet[1], events="off")
    request = "Action: Ping\r\nActionID: 张\r\n\r\n".encode()
    for at in range(len(request)):
        client.writer.write(request[at : at + 1])
        await client.writer.drain()
        await asyncio.sleep(0)
    client.writer.write(request * 3)
    for _ in range(4):
        answer = await client.next()
        assert (answer.get("Ping"), answer.get("ActionID")) == ("Pong", "张")


async def test_a_request_without_end_is_cut(quiet: Quiet) -> None:
    client = await AmiClient.logged_in(quiet[1], events="off")
    client.writer.write(b"A" * 200_000)
    assert await client.ended()
    assert (await (await AmiClient.logged_in(quiet[1])).ask(Action="Ping")).get("Ping") == "Pong"


async def test_logoff_says_goodbye(quiet: Quiet) -> None:
    client = await AmiClient.logged_in(quiet[1], events="off")
    answer = await client.ask(Action="Logoff")
    assert (answer.get("Response"), answer.get("Message")) == ("Goodbye", "Thanks for all the fish.")
    assert await client.ended()


async def test_panoramisk_follows_it(quiet: Quiet) -> None:
    simulator, port = quiet
    manager = panoramisk.Manager(host="127.0.0.1", port=port, username="ccd", secret="simulator")
    names: list[str] = []
    manager.register_event("*", lambda manager, event: names.append(event.event))
    await manager.connect()
    queues = await asyncio.wait_for(manager.send_action({"Action": "QueueStatus"}), 5)
    assert sum(item.event == "QueueMember" for item in queues) == 10
    await simulator.play("answered_agent_hangup")
    assert (await asyncio.wait_for(manager.send_action({"Action": "Ping"}), 5)).ping == "Pong"
    assert names.count("AgentComplete") == 1
    manager.close()
