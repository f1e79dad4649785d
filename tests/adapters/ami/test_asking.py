"""Actions over a real socket: answered, refused, late, cut short; never sent twice."""

from __future__ import annotations

import asyncio

import pytest

from ccd.adapters.ami.actions import ActionFailed, ActionTimeout, NotConnected
from tests.adapters.ami.fake_pbx import FakePbx, a_list, complete, event, item, response
from tests.adapters.ami.following import following, until

ORIGINATE = {"Action": "Originate", "Channel": "PJSIP/1001", "Async": "true"}


async def test_an_answer_goes_to_whoever_asked() -> None:
    async with FakePbx() as pbx, following(pbx) as (session, _):
        held: list[dict[str, str]] = []
        pbx.answers["Getvar"] = lambda asked: held.append(asked)
        tasks = [asyncio.create_task(session.action({"Action": "Getvar", "Variable": v})) for v in "abc"]
        await until(lambda: len(held) == 3)
        for asked in reversed(held):
            pbx.send(response(asked, f"Value: {asked['Variable']}") + event("Hangup"))
        assert [(await task).get("Value") for task in tasks] == ["a", "b", "c"]


async def test_an_error_is_raised_with_its_text() -> None:
    async with FakePbx() as pbx, following(pbx) as (session, _):
        with pytest.raises(ActionFailed, match="Nonsense: Invalid/unknown command") as caught:
            await session.action({"Action": "Nonsense"})
        assert caught.value.message == "Invalid/unknown command"
        assert caught.value.response.get("Response") == "Error"


async def test_an_answer_that_does_not_come_is_bounded_and_one_that_is_late_reaches_nobody() -> None:
    async with FakePbx() as pbx, following(pbx) as (session, told):
        held: list[dict[str, str]] = []
        pbx.answers["Getvar"] = lambda asked: held.append(asked)
        with pytest.raises(ActionTimeout):
            await session.action({"Action": "Getvar", "Variable": "a"}, timeout=0.05)
        second = asyncio.create_task(session.action({"Action": "Getvar", "Variable": "b"}))
        await until(lambda: len(held) == 2)
        pbx.send(response(held[0], "Value: late") + response(held[1], "Value: mine"))
        assert (await second).get("Value") == "mine"
        assert (session.strays, told.lost) == (1, [])


async def test_an_action_whose_session_is_lost_fails_and_is_not_sent_again() -> None:
    async with FakePbx() as pbx, following(pbx) as (session, told):
        pbx.answers["Originate"] = lambda asked: None
        pending = asyncio.create_task(session.action(ORIGINATE))
        await until(lambda: pbx.times("Originate"))
        pbx.cut()
        with pytest.raises(NotConnected) as caught:
            await pending
        assert caught.value.sent
        await until(lambda: told.times("synced") == 2)
        await session.action({"Action": "Ping"})  # whatever was written before this has been read by now
        assert pbx.times("Originate") == 1


async def test_without_a_session_nothing_is_sent() -> None:
    async with FakePbx() as pbx:
        await pbx.stop()
        async with following(pbx, synced=False) as (session, _):
            with pytest.raises(NotConnected) as caught:
                await session.action(ORIGINATE)
            assert not caught.value.sent


@pytest.mark.parametrize("place", ["name", "value"])
async def test_an_injected_action_never_reaches_the_wire(place: str) -> None:
    hostile = "x\r\n\r\nAction: Command\r\nCommand: core stop now"
    fields = {hostile: "x"} if place == "name" else {"Reason": hostile}
    async with FakePbx() as pbx, following(pbx) as (session, _):
        before = pbx.received
        with pytest.raises(ValueError, match="field"):
            await session.action({"Action": "QueuePause", **fields})
        with pytest.raises(ValueError, match="field"):
            await session.list_action({"Action": "QueueStatus", **fields})
        await session.action({"Action": "Ping"})
        assert pbx.received.removeprefix(before).count(b"Action: ") == 1


async def test_a_list_is_its_items_and_stays_out_of_the_stream() -> None:
    async with FakePbx() as pbx, following(pbx) as (session, told):
        pbx.answers["QueueStatus"] = lambda asked: (
            response(asked, "EventList: start")
            + item(asked, "QueueMember", "Location: A")
            + event("Hangup", "Cause: 16")
            + item(asked, "Unheard", "Name: 张三")
            + complete(asked, "QueueStatusComplete")
        )
        del told.messages[:]
        items = await session.list_action({"Action": "QueueStatus"})
        assert [each.name for each in items] == ["QueueMember", "Unheard", "QueueStatusComplete"]
        assert items[1].get("Name") == "张三"
        assert told.names == ["Hangup"]


async def test_an_error_to_a_list_is_raised() -> None:
    async with FakePbx() as pbx, following(pbx) as (session, _):
        with pytest.raises(ActionFailed, match="Invalid/unknown command"):
            await session.list_action({"Action": "Nonsense"})


async def test_a_list_cut_short_by_the_end_of_the_session_is_raised() -> None:
    async with FakePbx() as pbx, following(pbx) as (session, _):
        pbx.answers["QueueStatus"] = lambda asked: (
            response(asked, "EventList: start") + item(asked, "QueueMember")
        )
        pending = asyncio.create_task(session.list_action({"Action": "QueueStatus"}))
        await until(lambda: pbx.times("QueueStatus") == 2)
        pbx.cut()
        with pytest.raises(NotConnected):
            await pending


async def test_a_list_that_does_not_end_is_bounded_and_its_late_items_reach_nobody() -> None:
    async with FakePbx() as pbx, following(pbx) as (session, told):
        held: list[dict[str, str]] = []

        def half(asked: dict[str, str]) -> bytes:
            held.append(asked)
            return response(asked, "EventList: start") + item(asked, "QueueMember", "Location: early")

        pbx.answers["QueueStatus"] = half
        del told.messages[:]
        with pytest.raises(ActionTimeout):
            await session.list_action({"Action": "QueueStatus"}, timeout=0.05)
        protocol = session._protocol
        assert protocol is not None
        assert list(protocol._lists.values()) == [None]  # remembered, so that they are dropped; not collected
        late = item(held[0], "QueueMember", "Location: late") + complete(held[0], "QueueStatusComplete")
        pbx.send(late + event("QueueMember", "Location: live"))
        await until(lambda: told.messages)
        assert [message.get("Location") for message in told.messages] == ["live"]
        assert protocol._lists == {}


async def test_a_list_asked_for_as_a_plain_action_does_not_leak_into_the_stream() -> None:
    async with FakePbx() as pbx, following(pbx) as (session, told):
        pbx.answers["QueueStatus"] = lambda asked: a_list(
            asked, item(asked, "QueueMember"), end="QueueStatusComplete"
        )
        del told.messages[:]
        assert (await session.action({"Action": "QueueStatus"})).get("EventList") == "start"
        pbx.send(event("Hangup"))
        await until(lambda: told.messages)
        assert told.names == ["Hangup"]


async def test_a_stranger_cannot_slip_items_into_a_list() -> None:
    async with FakePbx() as pbx, following(pbx) as (session, told):
        pbx.answers["QueueStatus"] = lambda asked: (
            event("UserEvent", "UserEvent: x", "ActionID: ccd-0000000000000000", "EventList: Complete")
            + a_list(asked, end="QueueStatusComplete")
        )
        items = await session.list_action({"Action": "QueueStatus"})
        assert [each.name for each in items] == ["QueueStatusComplete"]
        assert told.names[-1] == "UserEvent"


async def test_an_answer_in_single_bytes_is_whole() -> None:
    async with FakePbx() as pbx, following(pbx) as (session, told):
        held: list[dict[str, str]] = []
        pbx.answers["Getvar"] = lambda asked: held.append(asked)
        pending = asyncio.create_task(session.action({"Action": "Getvar", "Variable": "a"}))
        await until(lambda: held)
        data = event("Hangup", "Cause: 16") + response(held[0], "Value: 张三") + event("Hangup", "Cause: 17")
        for n in range(len(data)):
            pbx.send(data[n : n + 1])
            await asyncio.sleep(0)
        assert (await pending).get("Value") == "张三"
        await until(lambda: told.names.count("Hangup") == 2)


async def test_unanswered_actions_do_not_pile_up_for_ever() -> None:
    async with FakePbx() as pbx, following(pbx) as (session, _):
        pbx.answers["Getvar"] = lambda asked: None
        fields = {"Action": "Getvar", "Variable": "a"}
        tasks = [asyncio.create_task(session.action(fields)) for _ in range(1001)]
        await until(lambda: any(task.done() for task in tasks))
        refused = [task for task in tasks if task.done()]
        assert len(refused) == 1
        assert "1000 actions" in str(refused[0].exception())
        await session.close()
        results = await asyncio.gather(*tasks, return_exceptions=True)
        assert {type(result) for result in results} == {NotConnected}


async def test_someone_who_stops_waiting_leaves_nothing_behind() -> None:
    async with FakePbx() as pbx, following(pbx) as (session, told):
        pbx.answers["Getvar"] = lambda asked: None
        pending = asyncio.create_task(session.action({"Action": "Getvar"}))
        await until(lambda: pbx.times("Getvar"))
        pending.cancel()
        with pytest.raises(asyncio.CancelledError):
            await pending
        protocol = session._protocol
        assert protocol is not None
        assert protocol.responses == {}
        pbx.send(event("Hangup"))
        await until(lambda: told.names[-1] == "Hangup")
