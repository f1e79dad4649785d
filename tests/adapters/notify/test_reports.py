"""Reports by MQTT: which open something, and what becomes of all others. Over a real Mosquitto."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from paho.mqtt.client import MQTTMessage

from ccd.adapters.notify.mqtt_client import Connection
from ccd.adapters.notify.reports import REMEMBERED, BadReportError, Reports
from ccd.config import MqttSettings
from ccd.effects import AnswerAct
from ccd.events.incident_inputs import ReportAsked
from tests.adapters.notify.desk import Desk, an_alert, until
from tests.adapters.notify.mosquitto import Mosquitto
from tests.adapters.notify.test_mqtt import Listener, listening, mqtt

TOPIC = "ccd/incident/report"
NOW = datetime(2026, 3, 2, 1, 2, 3, tzinfo=UTC)
REPORT = {
    "request": "button-7-0001",
    "ladder": "threat",
    "seat": "A-12",
    "call": "pbx-1700000000.12",
    "pbx": "main",
    "by": "guard",
    "note": "line one\nline two",
    "drill": True,
}


def wire(**changes: Any) -> bytes:
    return json.dumps(REPORT | changes).encode()


@pytest.fixture
async def open_desk(desk: Desk, broker: Mosquitto) -> AsyncIterator[Desk]:
    desk.configure(**mqtt(broker, reports=True))
    async with desk.running():
        await until(lambda: desk.notifiers.mqtt_connected)
        yield desk


@pytest.fixture
async def sender(open_desk: Desk, broker: Mosquitto) -> AsyncIterator[Listener]:
    async with listening(broker) as listener:
        yield listener


async def test_a_report_comes_in(open_desk: Desk, sender: Listener) -> None:
    await sender.client.publish(TOPIC, wire(), qos=1)
    await until(lambda: open_desk.reports)
    (report,) = open_desk.reports
    assert report == ReportAsked(
        at=report.at,
        request="mqtt-button-7-0001",
        ladder="threat",
        how="mqtt",
        pbx="main",
        seat="A-12",
        call="pbx-1700000000.12",
        by="guard",
        note="line one\nline two",
        drill=True,
    )


async def test_its_sender_is_answered_and_again_when_it_repeats(open_desk: Desk, sender: Listener) -> None:
    await sender.client.publish(TOPIC, wire(), qos=1)
    await until(lambda: open_desk.reports)
    answer = AnswerAct(key="mqtt-button-7-0001", because="", accepted=True, incident="inc-1")
    assert open_desk.notifiers.answer(answer)
    wanted = {"request": "button-7-0001", "accepted": True, "incident": "inc-1", "why": ""}
    assert json.loads(await sender.first(f"{TOPIC}/answer")) == wanted
    await sender.client.publish(TOPIC, wire(), qos=1)
    await until(lambda: len(sender.of(f"{TOPIC}/answer")) == 2)
    assert json.loads(sender.of(f"{TOPIC}/answer")[1]) == wanted
    assert len(open_desk.reports) == 1


def test_an_answer_to_somebody_else_is_not_ours(desk: Desk) -> None:
    assert not desk.notifiers.answer(AnswerAct(key="console-1", because="", accepted=True))


async def test_a_repeated_report_opens_nothing(open_desk: Desk, sender: Listener) -> None:
    for _ in range(3):
        await sender.client.publish(TOPIC, wire(), qos=1)
    await sender.client.publish(TOPIC, wire(request="the-last"), qos=1)
    await until(lambda: open_desk.reports and open_desk.reports[-1].request == "mqtt-the-last")
    assert len(open_desk.reports) == 2


async def test_a_retained_report_opens_nothing_now_or_later(desk: Desk, broker: Mosquitto) -> None:
    desk.configure(**mqtt(broker, reports=True))
    async with listening(broker) as sender:
        await sender.client.publish(TOPIC, wire(), qos=1, retain=True)
        async with desk.running():
            error = json.loads(await sender.first(f"{TOPIC}/error"))
            assert "retain" in error["error"]
            await sender.client.publish(TOPIC, wire(request="live"), qos=1, retain=True)
            await until(lambda: len(sender.of(f"{TOPIC}/error")) == 2)
            assert not desk.reports
            await sender.client.publish(TOPIC, wire(), qos=1)  # the same, sent as it should be
            await until(lambda: desk.reports)


async def test_without_leave_nothing_is_taken(desk: Desk, broker: Mosquitto) -> None:
    desk.configure(**mqtt(broker))
    async with desk.running(), listening(broker) as sender:
        await until(lambda: desk.notifiers.mqtt_connected)
        await sender.client.publish(TOPIC, wire(), qos=1)
        desk.notifiers.show_alert(an_alert())
        await sender.first("ccd/alert/inc-1")
        assert not desk.reports
        desk.configure(**mqtt(broker, reports=True))  # at a reload
        await until(lambda: desk.notifiers._mqtt.connections == 2)
        await sender.client.publish(TOPIC, wire(), qos=1)
        await until(lambda: desk.reports)


@pytest.mark.parametrize(
    ("payload", "said", "request_id"),
    [
        (b"", "truncated", ""),
        (b"threat", "malformed", ""),
        (b"\xff\xfe{}", "malformed", ""),
        (b"[]", "Expected `object`", ""),
        (b'{"ladder": "threat"}', "missing required field `request`", ""),
        (b'{"request": "a-1"}', "missing required field `ladder`", "a-1"),
        (wire(ladder="../threat"), "ladder", "button-7-0001"),
        (wire(ladder="threat\n"), "ladder", "button-7-0001"),
        (wire(request="a b"), "request", ""),
        (wire(request="a\n"), "request", ""),
        (wire(request="x" * 65), "request", ""),
        (wire(request="#"), "request", ""),
        (wire(seat="A\r\nAction: x"), "seat", "button-7-0001"),
        (wire(by="\x1b[2J"), "by", "button-7-0001"),
        (wire(drill="no"), "drill", "button-7-0001"),
        (wire(fast=True), "unknown field `fast`", "button-7-0001"),
        (wire(note="x" * 4_001), "note", "button-7-0001"),
        (b"[" * 10_000, "", ""),
        (b'{"request": ' * 1_000, "", ""),
        (wire(note="x" * 20_000), "a report has 16384 at most", ""),
        (b"x" * 1_000_000, "a report has 16384 at most", ""),
    ],
)
async def test_a_malformed_report_is_answered_with_its_error(
    open_desk: Desk, sender: Listener, payload: bytes, said: str, request_id: str
) -> None:
    await sender.client.publish(TOPIC, payload, qos=1)
    error = json.loads(await sender.first(f"{TOPIC}/error"))
    assert error["request"] == request_id
    assert said in error["error"]
    assert open_desk.notifiers.reports_refused == 1
    await sender.client.publish(TOPIC, wire(), qos=1)  # and the next good one is taken
    await until(lambda: open_desk.reports)


async def test_a_message_marked_as_a_duplicate_is_dropped(broker: Mosquitto) -> None:
    connection = Connection(MqttSettings(host="127.0.0.1", port=broker.port), "", "ccd/status")
    for dup in (True, False):
        message = MQTTMessage(topic=TOPIC.encode())
        message.dup, message.payload = dup, wire()
        connection._on_message(None, None, message)
    assert len(connection.messages) == 1


def test_the_last_thousand_requests_are_remembered() -> None:
    reports = Reports()
    for number in range(REMEMBERED + 1):
        assert isinstance(reports.read(wire(request=f"r-{number}"), False, NOW), ReportAsked)
    assert reports.read(wire(request="r-1"), False, NOW) is None
    assert isinstance(reports.read(wire(request="r-0"), False, NOW), ReportAsked)


@given(st.binary(max_size=200) | st.recursive(st.text(), st.lists).map(lambda v: json.dumps(v).encode()))
def test_no_bytes_open_anything_or_break_anything(payload: bytes) -> None:
    with pytest.raises(BadReportError):
        Reports().read(payload, False, NOW)


@given(st.text(max_size=100))
def test_a_note_is_any_text_without_controls(note: str) -> None:
    try:
        found = Reports().read(wire(note=note), False, NOW)
    except BadReportError:
        return  # half a character is no JSON text
    assert isinstance(found, ReportAsked)
    assert not [letter for letter in found.note if ord(letter) < 32 and letter not in "\n\t"]
    found.note.encode()


async def test_a_flood_of_nonsense_holds_up_no_report(open_desk: Desk, sender: Listener) -> None:
    for _ in range(300):
        await sender.client.publish(TOPIC, b"nonsense", qos=0)
    await sender.client.publish(TOPIC, wire(), qos=1)
    await until(lambda: open_desk.reports, 5)
    await until(lambda: open_desk.notifiers.reports_refused == 300)
