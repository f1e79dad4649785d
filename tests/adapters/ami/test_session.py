"""A session over a real socket: linking, the snapshot, the stream."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest

from ccd.adapters.ami import session as session_module
from ccd.adapters.ami.wanted import EVENT_CLASSES, WANTED, names_a_phone
from ccd.message import Message
from tests.adapters.ami.fake_pbx import FakePbx, a_list, complete, event, item, response
from tests.adapters.ami.following import following, until

SNAPSHOT = [
    "FullyBooted",
    "QueueMember",
    "QueueStatusComplete",
    "CoreShowChannelsComplete",
    "DeviceStateChange",
    "DeviceStateListComplete",
]


async def test_the_snapshot_comes_between_linked_and_synced() -> None:
    async with FakePbx() as pbx, following(pbx) as (session, told):
        names = [("message", name) for name in SNAPSHOT]
        assert told.log == [("linked", ("22.10.1", "2026-11-21 21:24:47")), *names, ("synced", ())]
        assert (session.connected, session.synced, session.boot) == (True, True, "2026-11-21 21:24:47")
        assert pbx.asked[1]["Events"] == EVENT_CLASSES


async def test_live_events_keep_their_place_among_the_items_of_the_lists() -> None:
    async with FakePbx() as pbx:
        pbx.answers["QueueStatus"] = lambda asked: (
            response(asked, "EventList: start")
            + item(asked, "QueueMember", "Location: A")
            + event("QueueMemberPause", "Interface: A")
            + item(asked, "QueueMember", "Location: B")
            + complete(asked, "QueueStatusComplete")
            + event("QueueMemberPause", "Interface: B")
        )
        async with following(pbx) as (_, told):
            expected = [
                "QueueMember",
                "QueueMemberPause",
                "QueueMember",
                "QueueStatusComplete",
                "QueueMemberPause",
            ]
            assert told.names[1:6] == expected


async def test_nothing_comes_before_linked_and_nothing_is_lost_meanwhile() -> None:
    async with FakePbx() as pbx:
        pbx.booted = event("UserEvent", "UserEvent: Threat") + pbx.booted
        core = pbx.answers["CoreStatus"]
        pbx.answers["CoreStatus"] = lambda asked: event("Hangup", "Cause: 16") + (core(asked) or b"")
        async with following(pbx) as (_, told):
            assert told.log[0][0] == "linked"
            assert told.names[:3] == ["UserEvent", "FullyBooted", "Hangup"]
            assert told.reads[0][1] == 3


async def test_responses_are_no_events() -> None:
    async with FakePbx() as pbx, following(pbx) as (session, told):
        pbx.send(b"Response: Success\r\nActionID: nobody\r\n\r\n" + event("Hangup"))
        await until(lambda: "Hangup" in told.names)
        assert "Response" not in told.names
        assert session.strays == 1


async def test_refused_lists_are_named_and_the_rest_is_followed() -> None:
    async with FakePbx() as pbx:
        for name in ("CoreShowChannels", "DeviceStateList"):
            pbx.answers[name] = lambda asked: response(asked, "Message: Permission denied", kind="Error")
        async with following(pbx) as (session, told):
            assert session.missing_lists == ("CoreShowChannels", "DeviceStateList")
            assert told.log[-1] == ("synced", ("CoreShowChannels", "DeviceStateList"))


async def test_without_the_right_to_read_the_core_the_boot_is_unknown() -> None:
    async with FakePbx() as pbx:
        for name in ("CoreStatus", "CoreSettings"):
            pbx.answers[name] = lambda asked: response(asked, "Message: Permission denied", kind="Error")
        async with following(pbx) as (_, told):
            assert told.log[0] == ("linked", ("AMI 11.0.0", ""))


async def test_a_pbx_that_never_says_it_has_booted_is_followed_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(session_module, "BOOT_WAIT_S", 0.1)
    async with FakePbx() as pbx:
        pbx.booted = b""
        async with following(pbx, resync_timeout_s=60) as (_, told):
            assert told.times("synced") == 1
            assert told.lost == []


async def test_a_pbx_that_boots_after_its_lists_were_taken_is_asked_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(session_module, "BOOT_WAIT_S", 0.1)
    async with FakePbx() as pbx:
        booted, pbx.booted = pbx.booted, b""
        async with following(pbx, resync_timeout_s=60) as (_, told):
            pbx.booted = booted
            pbx.send(booted)
            await until(lambda: told.times("synced") == 2)
            assert [why for _, _, why in told.lost] == ["booted"]
            pbx.send(booted)  # once it is known to have booted, it is an event like any other
            await until(lambda: told.names[-1] == "FullyBooted")
            assert pbx.connections == 2


async def test_a_pbx_that_says_when_it_has_booted_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session_module, "BOOT_WAIT_S", 0.1)
    async with FakePbx() as pbx, following(pbx) as (_, told):
        booted, pbx.booted = pbx.booted, b""
        pbx.cut()
        await until(lambda: pbx.times("Login") == 2)
        await asyncio.sleep(0.4)
        assert told.times("linked") == 1
        pbx.send(booted)
        await until(lambda: told.times("synced") == 2)
        assert [why for _, _, why in told.lost] == ["closed"]


async def test_a_restart_is_told_by_another_boot() -> None:
    async with FakePbx() as pbx, following(pbx) as (session, told):
        pbx.boot_time = "22:00:00"
        pbx.cut()
        await until(lambda: told.times("synced") == 2)
        boots = [what[1] for kind, what in told.log if kind == "linked"]
        assert boots == ["2026-11-21 21:24:47", "2026-11-21 22:00:00"]
        assert session.reconnects == 1


async def test_a_hundred_thousand_events_come_in_order_and_make_no_tasks() -> None:
    async with FakePbx() as pbx, following(pbx) as (session, told):
        before, most = len(asyncio.all_tasks()), 0
        del told.messages[:]
        for start in range(0, 100_000, 1000):
            pbx.send(b"".join(event("Newstate", f"Uniqueid: {n}") for n in range(start, start + 1000)))
            await pbx.drained()
            most = max(most, len(asyncio.all_tasks()))
        await until(lambda: len(told.messages) == 100_000)
        assert [message.get("Uniqueid") for message in told.messages] == [str(n) for n in range(100_000)]
        assert most <= before
        assert session.messages_received > 100_000


async def test_a_callback_that_raises_costs_only_the_message_it_raises_for() -> None:
    taken: list[str] = []

    def picky(at: datetime, messages: list[Message]) -> None:
        if any(message.get("Bad") for message in messages):
            raise RuntimeError("cannot take this")
        taken.extend(message.get("N") for message in messages if "N" in message)

    async with FakePbx() as pbx, following(pbx, on_messages=picky) as (session, told):
        pbx.send(b"".join(event("Hangup", f"N: {n}", *(["Bad: 1"] if n == 11 else [])) for n in range(1000)))
        await until(lambda: len(taken) == 999)
        pbx.send(event("Hangup", "N: 1000"))
        await until(lambda: len(taken) == 1000)
        assert taken == [str(n) for n in range(1001) if n != 11]
        assert (session.handler_errors, told.lost, pbx.connections) == (1, [], 1)


async def test_a_lone_event_is_not_held_back_and_dense_ones_are_gathered() -> None:
    async with FakePbx() as pbx, following(pbx, coalesce_s=0.05) as (_, told):
        await asyncio.sleep(0.06)
        del told.reads[:], told.messages[:]
        for n in range(40):
            pbx.send(event("Newstate", f"Uniqueid: {n}"))
            await pbx.drained()
            await asyncio.sleep(0.002)
        await until(lambda: len(told.messages) == 40)
        assert told.reads[0][1] == 1
        assert len(told.reads) < 20
        assert [message.get("Uniqueid") for message in told.messages] == [str(n) for n in range(40)]


async def test_the_time_of_the_last_byte_is_exact() -> None:
    async with FakePbx() as pbx, following(pbx) as (session, told):
        await asyncio.sleep(0.05)
        sent = datetime.now(UTC)
        pbx.send(b"Event: Newexten\r\n")  # no whole message, and not wanted either
        await until(lambda: session.last_heard is not None and session.last_heard >= sent)
        heard = session.last_heard
        pbx.cut()
        await until(lambda: told.lost)
        assert told.lost[0][1] == heard


async def test_the_wanted_events_can_be_narrowed_while_it_runs() -> None:
    async with FakePbx() as pbx, following(pbx) as (session, told):
        session.wanted["DeviceStateChange"] = lambda raw: b"PJSIP/7" in raw
        pbx.send(
            event("DeviceStateChange", "Device: PJSIP/6") + event("DeviceStateChange", "Device: PJSIP/7")
        )
        await until(lambda: told.messages[-1].get("Device") == "PJSIP/7")
        assert "PJSIP/6" not in [message.get("Device") for message in told.messages]
        assert WANTED["DeviceStateChange"] is names_a_phone


async def test_a_snapshot_of_ten_thousand_members_arrives_whole() -> None:
    async with FakePbx() as pbx:
        pbx.answers["QueueStatus"] = lambda asked: a_list(
            asked,
            *(item(asked, "QueueMember", f"Location: PJSIP/{n}", "Name: 张三") for n in range(10_000)),
            end="QueueStatusComplete",
        )
        async with following(pbx) as (_, told):
            assert told.names.count("QueueMember") == 10_000


@pytest.mark.parametrize("list_name", ["QueueStatus", "CoreShowChannels", "DeviceStateList"])
async def test_a_snapshot_that_does_not_end_is_dropped_and_taken_anew(list_name: str) -> None:
    async with FakePbx() as pbx:
        whole = pbx.answers[list_name]

        def once_half(asked: dict[str, str]) -> bytes | None:
            pbx.answers[list_name] = whole
            return response(asked, "EventList: start") + item(asked, "QueueMember", "Location: half")

        pbx.answers[list_name] = once_half
        async with following(pbx, resync_timeout_s=0.3) as (session, told):
            assert [what for kind, what in told.log if kind in ("linked", "lost", "synced")] == [
                ("22.10.1", "2026-11-21 21:24:47"),
                "resync_timeout",
                ("22.10.1", "2026-11-21 21:24:47"),
                (),
            ]
            assert session.cuts_by_reason == {"resync_timeout": 1}


async def test_a_session_lost_in_the_middle_of_its_snapshot_is_never_synced() -> None:
    async with FakePbx() as pbx:
        pbx.answers["CoreShowChannels"] = lambda asked: None
        async with following(pbx, synced=False) as (session, told):
            await until(lambda: "QueueStatusComplete" in told.names)
            assert (session.connected, session.synced) == (True, False)
            pbx.cut()
            await until(lambda: told.lost)
            await until(lambda: told.times("linked") == 2)
        assert told.times("synced") == 0


async def test_a_pbx_that_stops_right_behind_its_last_list_is_not_synced() -> None:
    async with FakePbx() as pbx:
        whole, stop = pbx.answers["DeviceStateList"], [event("Shutdown")]
        pbx.answers["DeviceStateList"] = lambda asked: (whole(asked) or b"") + (stop.pop() if stop else b"")
        async with following(pbx) as (_, told):
            kinds = [kind for kind, _ in told.log if kind != "message"]
            assert kinds == ["linked", "lost", "linked", "synced"]
