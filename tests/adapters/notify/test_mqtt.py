"""MQTT, over a real Mosquitto: what is told, what lamps see, and what the broker's troubles cost."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any

import aiomqtt
import pytest

from ccd.adapters.notify.mqtt_client import Connection
from ccd.config import MqttSettings
from tests.adapters.notify.desk import Desk, a_tell, an_alert, until
from tests.adapters.notify.mosquitto import Mosquitto, free_port


class Listener:
    """Somebody else on the broker, who sees everything under ``ccd/``."""

    def __init__(self, client: aiomqtt.Client) -> None:
        self.client = client
        self.messages: list[tuple[str, bytes, bool]] = []

    def of(self, topic: str) -> list[bytes]:
        return [payload for name, payload, _ in self.messages if name == topic]

    async def first(self, topic: str) -> bytes:
        await until(lambda: self.of(topic))
        return self.of(topic)[0]

    async def last(self, topic: str, wanted: bytes) -> None:
        await until(lambda: self.of(topic)[-1:] == [wanted])

    async def follow(self) -> None:
        try:
            async for message in self.client.messages:
                assert isinstance(message.payload, bytes)
                self.messages.append((str(message.topic), message.payload, bool(message.retain)))
        except aiomqtt.MqttError:
            pass


@asynccontextmanager
async def listening(broker: Mosquitto) -> AsyncIterator[Listener]:
    async with aiomqtt.Client("127.0.0.1", broker.port) as client:
        listener = Listener(client)
        await client.subscribe("ccd/#", qos=1)
        task = asyncio.create_task(listener.follow())
        try:
            yield listener
        finally:
            task.cancel()


async def retained(broker: Mosquitto) -> dict[str, bytes]:
    """What the broker hands to somebody who comes now."""
    async with listening(broker) as listener:
        await listener.client.publish("ccd/end", b"", qos=1)  # comes after whatever is retained
        await listener.first("ccd/end")
        return {topic: payload for topic, payload, kept in listener.messages if kept}


def mqtt(broker: Mosquitto, **changes: Any) -> dict[str, Any]:
    return {"mqtt": {"host": "127.0.0.1", "port": broker.port, **changes}}


@pytest.fixture
async def up(desk: Desk, broker: Mosquitto) -> AsyncIterator[Desk]:
    desk.configure(**mqtt(broker, timeout_s=1.0))
    async with desk.running():
        await until(lambda: desk.notifiers.mqtt_connected)
        yield desk


async def test_a_message_is_told(up: Desk, broker: Mosquitto) -> None:
    async with listening(broker) as listener:
        up.notifiers.tell(a_tell("mqtt"))
        body = json.loads(await listener.first("ccd/incident/inc-1/told"))
    assert (await up.result()).ok
    assert (body["type"], body["id"]) == ("incident.told", "inc-1-tell-1")
    assert body["data"]["seat"] == "A-12"
    assert body["data"]["subject"] == "要挟电话 A-12"


async def test_the_broker_says_online_and_offline_in_their_time(desk: Desk, broker: Mosquitto) -> None:
    desk.configure(**mqtt(broker, prefix="site/one"))
    async with desk.running():
        await until(lambda: desk.notifiers.mqtt_connected)
        async with aiomqtt.Client("127.0.0.1", broker.port) as client:
            await client.subscribe("site/one/status")
            async with asyncio.timeout(5):
                message = await anext(aiter(client.messages))
        assert (message.payload, bool(message.retain)) == (b"online", True)
    async with aiomqtt.Client("127.0.0.1", broker.port) as client:
        await client.subscribe("site/one/status")
        async with asyncio.timeout(5):
            message = await anext(aiter(client.messages))
    assert (message.payload, bool(message.retain)) == (b"offline", True)


async def test_lamps_are_lit_while_an_incident_is_open(up: Desk, broker: Mosquitto) -> None:
    up.notifiers.show_alert(an_alert())
    async with listening(broker) as listener:
        shown = json.loads(await listener.first("ccd/alert/inc-1"))
        assert datetime.fromisoformat(shown.pop("since")).utcoffset() == timedelta(0)
        assert shown == {
            "active": True,
            "incident": "inc-1",
            "ladder": "threat",
            "severity": "high",
            "drill": False,
            "text": "要挟电话",
        }
        await until(lambda: json.loads(listener.of("ccd/alert")[-1])["active"])
        up.notifiers.show_alert(an_alert(active=False))
        await listener.last("ccd/alert/inc-1", b"")
        await until(lambda: not json.loads(listener.of("ccd/alert")[-1])["active"])
    assert set(await retained(broker)) == {"ccd/status", "ccd/alert"}


async def test_of_several_the_gravest_real_one_is_shown(up: Desk, broker: Mosquitto) -> None:
    up.notifiers.show_alert(an_alert("drill-1", drill=True))
    up.notifiers.show_alert(an_alert("low-1", severity="medium", ladder="leak"))
    up.notifiers.show_alert(an_alert("high-1"))
    up.notifiers.show_alert(an_alert("high-2"))
    async with listening(broker) as listener:
        await until(lambda: json.loads((listener.of("ccd/alert") or [b'{"open": 0}'])[-1])["open"] == 4)
        assert json.loads(listener.of("ccd/alert")[-1])["incident"] == "high-1"
        for incident, left in (("high-1", "high-2"), ("high-2", "low-1"), ("low-1", "drill-1")):
            up.notifiers.show_alert(an_alert(incident, active=False))
            await until(lambda left=left: json.loads(listener.of("ccd/alert")[-1])["incident"] == left)
        assert json.loads(listener.of("ccd/alert")[-1])["drill"]


async def test_a_broker_that_forgot_is_told_again(up: Desk, broker: Mosquitto) -> None:
    up.notifiers.show_alert(an_alert())
    async with listening(broker) as listener:
        await listener.first("ccd/alert/inc-1")
    before = await retained(broker)
    broker.kill()
    await until(lambda: not up.notifiers.mqtt_connected)
    assert up.notifiers.mqtt_error
    broker.start()
    await until(lambda: up.notifiers.mqtt_connected)
    async with listening(broker) as listener:
        await listener.first("ccd/alert/inc-1")
        await listener.first("ccd/alert")
    assert await retained(broker) == before
    assert json.loads(before["ccd/alert"])["active"]


async def test_an_end_while_the_broker_was_away_is_shown_when_it_is_back(up: Desk, broker: Mosquitto) -> None:
    up.notifiers.show_alert(an_alert())
    async with listening(broker) as listener:
        await listener.first("ccd/alert/inc-1")
    broker.freeze()
    up.notifiers.show_alert(an_alert(active=False))
    await until(lambda: not up.notifiers.mqtt_connected)
    broker.thaw()  # it still holds what it held
    async with listening(broker) as listener:
        await listener.last("ccd/alert/inc-1", b"")
        await until(lambda: not json.loads(listener.of("ccd/alert")[-1])["active"])


async def test_a_frozen_broker_is_noticed_and_the_message_arrives_later(up: Desk, broker: Mosquitto) -> None:
    broker.freeze()
    up.notifiers.tell(a_tell("mqtt"))
    await until(lambda: not up.notifiers.mqtt_connected, 5)
    assert not up.inputs
    broker.thaw()
    assert (await up.result()).ok
    async with listening(broker) as listener:  # and no connection of before has come alive beside it
        await listener.last("ccd/status", b"online")
        await asyncio.sleep(1.5)
        assert listener.of("ccd/status")[-1] == b"online"


async def test_large_messages_to_a_frozen_broker_arrive_when_it_is_back(up: Desk, broker: Mosquitto) -> None:
    broker.freeze()
    for number in range(30):
        up.notifiers.tell(a_tell("mqtt", f"inc-1-tell-{number}", text="长" * 1_000_000))
    await until(lambda: not up.notifiers.mqtt_connected, 5)
    broker.thaw()
    await until(lambda: len(up.results) == 30)
    assert all(result.ok for result in up.results.values())


async def test_a_killed_daemon_is_offline_by_its_last_will(desk: Desk, broker: Mosquitto) -> None:
    desk.configure(**mqtt(broker))
    async with desk.running():
        await until(lambda: desk.notifiers.mqtt_connected)
        async with listening(broker) as listener:
            await listener.last("ccd/status", b"online")
            connection = desk.notifiers._mqtt._connection
            assert connection is not None
            connection._client.socket().close()  # as the kernel does for a process that is killed
            await listener.last("ccd/status", b"offline")


async def test_a_session_cut_off_ends_before_the_next_is_online(broker: Mosquitto) -> None:
    """Else the broker would find out later, and its last will would stand over a daemon that is there."""
    settings = MqttSettings(host="127.0.0.1", port=broker.port)
    async with listening(broker) as listener, Connection(settings, "", "ccd/status") as cut_off:
        await cut_off.send("ccd/status", b"online", retain=True)
        async with Connection(settings, "", "ccd/status") as next_one:
            await next_one.send("ccd/status", b"online", retain=True)
            await until(lambda: len(listener.of("ccd/status")) == 3)
        assert listener.of("ccd/status") == [b"online", b"offline", b"online"]
        with pytest.raises(aiomqtt.MqttError):
            await cut_off.send("ccd/status", b"online")


async def test_a_connection_without_an_answer_is_closed_again(desk: Desk) -> None:
    """Else each would come alive when the broker does, and take the place of the one in use."""
    connected: list[asyncio.Task[bytes]] = []

    async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connected.append(asyncio.create_task(reader.read()))  # ends with the connection

    server = await asyncio.start_server(take, "127.0.0.1", 0)
    desk.configure(mqtt={"host": "127.0.0.1", "port": server.sockets[0].getsockname()[1], "timeout_s": 0.1})
    async with desk.running():
        await until(lambda: len(connected) == 3)
        assert all(task.done() for task in connected[:-1])
    await asyncio.wait_for(connected[-1], 1)
    server.close()


async def test_an_alert_left_by_a_crash_is_taken_away(desk: Desk, broker: Mosquitto) -> None:
    async with aiomqtt.Client("127.0.0.1", broker.port) as client:
        for incident in ("inc-over", "inc-open"):
            await client.publish(f"ccd/alert/{incident}", b'{"active": true}', qos=1, retain=True)
        await client.publish("ccd/alert", b'{"active": true}', qos=1, retain=True)
    desk.configure(**mqtt(broker))
    desk.closed.add("inc-over")
    async with desk.running():
        async with listening(broker) as listener:
            await listener.last("ccd/alert/inc-over", b"")
        kept = await retained(broker)
    assert kept["ccd/alert/inc-open"] == b'{"active": true}'
    assert json.loads(kept["ccd/alert"])["active"] is False


async def test_what_the_broker_refuses_is_no_delivery(
    desk: Desk, make_broker: Callable[..., Mosquitto], tmp_path: Any
) -> None:
    (tmp_path / "acl").write_text("topic write ccd/status\ntopic readwrite ccd/alert/#\n")
    broker = make_broker(f"acl_file {tmp_path / 'acl'}")
    desk.configure(**mqtt(broker))
    async with desk.running():
        desk.notifiers.tell(a_tell("mqtt"))
        desk.notifiers.show_alert(an_alert())
        await until(lambda: desk.notifiers.retries >= 2)
        assert not desk.inputs
        assert "ccd/alert/inc-1" in await until_retained(broker, "ccd/alert/inc-1")
        desk.closed.add("inc-1")
        result = await desk.result()
    assert not result.ok
    assert "ccd/incident/inc-1/told: Not authorized" in result.error


async def until_retained(broker: Mosquitto, topic: str) -> dict[str, bytes]:
    async with asyncio.timeout(5), aiomqtt.Client("127.0.0.1", broker.port) as client:
        await client.subscribe(topic, qos=1)
        message = await anext(aiter(client.messages))
        return {str(message.topic): bytes(message.payload)}


async def test_a_wrong_password_is_said(
    desk: Desk, make_broker: Callable[..., Mosquitto], tmp_path: Any
) -> None:
    (tmp_path / "passwords").write_text("")
    (tmp_path / "password").write_text("wrong\n")
    broker = make_broker("allow_anonymous false", f"password_file {tmp_path / 'passwords'}")
    desk.configure(**mqtt(broker, username="ccd", password_file=str(tmp_path / "password")))
    async with desk.running():
        await until(lambda: "Not authorized" in desk.notifiers.mqtt_error)
        assert not desk.notifiers.mqtt_connected


async def test_nobody_there_is_said(desk: Desk) -> None:
    desk.configure(mqtt={"host": "127.0.0.1", "port": free_port(), "timeout_s": 0.2})
    desk.closed.add("inc-1")
    async with desk.running():
        await until(lambda: desk.notifiers.mqtt_error)
        desk.notifiers.tell(a_tell("mqtt"))
        result = await desk.result()
    assert not result.ok
    assert "refused" in result.error


async def test_a_new_broker_is_taken_at_a_reload(up: Desk, make_broker: Callable[..., Mosquitto]) -> None:
    second = make_broker()
    up.notifiers.show_alert(an_alert())
    up.configure(**mqtt(second))
    async with listening(second) as listener:
        await listener.first("ccd/alert/inc-1")
    up.configure()
    await until(lambda: not up.notifiers.mqtt_connected)
    assert up.notifiers.mqtt_error == ""


async def test_none_configured_is_said_with_the_setting(desk: Desk) -> None:
    desk.notifiers.tell(a_tell("mqtt"))
    assert (await desk.result()).error == "not configured: set [mqtt] host"


@pytest.mark.parametrize("incident", ["#", "+", "a/b", "", "UPPER", "inc-1\n", "x" * 65])
async def test_no_foreign_text_gets_into_a_topic(up: Desk, broker: Mosquitto, incident: str) -> None:
    up.notifiers.tell(a_tell("mqtt", incident=incident))
    assert not (await up.result()).ok
    up.notifiers.show_alert(an_alert(incident))
    up.notifiers.show_alert(an_alert("inc-2"))
    async with listening(broker) as listener:
        await listener.first("ccd/alert/inc-2")
    assert {topic for topic in await retained(broker) if "alert/" in topic} == {"ccd/alert/inc-2"}
