"""How a session ends, how that is noticed, and how it comes back."""

from __future__ import annotations

import asyncio
import random
import time
from datetime import UTC, datetime

import pytest

from ccd.adapters.ami import session as session_module
from ccd.adapters.ami.session import Session
from ccd.adapters.ami.wanted import WANTED
from tests.adapters.ami.fake_pbx import SECRET, FakePbx, a_list, event, response
from tests.adapters.ami.following import Told, following, settings_for, until


async def test_a_silent_peer_is_noticed() -> None:
    async with FakePbx() as pbx, following(pbx, keepalive_s=0.3, silence_s=1.1) as (session, told):
        await until(lambda: pbx.times("Ping") >= 2)
        pbx.answers["Ping"] = lambda asked: None
        await until(lambda: told.lost, seconds=3)
        at, last_heard, why = told.lost[0]
        assert why == "silent"
        assert (at - last_heard).total_seconds() >= 1.1
        await until(lambda: told.times("synced") == 2)
        assert session.cuts_by_reason == {"silent": 1}


async def test_a_standstill_of_our_own_is_not_taken_for_silence_of_the_pbx() -> None:
    async with FakePbx() as pbx, following(pbx, keepalive_s=0.9, silence_s=1.1) as (_, told):
        asyncio.get_running_loop().call_later(0.5, pbx.send, event("Hangup"))
        time.sleep(1.5)  # noqa: ASYNC251  # it is the loop that is to stand still
        await until(lambda: "Hangup" in told.names)
        await asyncio.sleep(0.3)
        assert told.lost == []


async def test_a_pbx_that_answers_pings_is_kept_however_quiet_it_is() -> None:
    async with FakePbx() as pbx, following(pbx, keepalive_s=1.1, silence_s=1.1) as (_, told):
        await asyncio.sleep(1.6)
        assert told.lost == []
        assert pbx.times("Ping") >= 2


async def test_a_pbx_that_sends_events_but_answers_nothing_is_noticed() -> None:
    async with FakePbx() as pbx:
        pbx.answers["Ping"] = lambda asked: None
        async with following(pbx, keepalive_s=0.1, silence_s=1.1) as (_, told):
            for _ in range(200):
                if told.lost:
                    break
                pbx.send(event("Hangup"))
                await asyncio.sleep(0.02)
            assert [why for _, _, why in told.lost] == ["unanswered"]


async def test_a_peer_that_accepts_and_says_nothing_is_noticed() -> None:
    async with FakePbx() as pbx:
        pbx.banner = b""
        async with following(pbx, synced=False, action_timeout_s=0.2) as (session, told):
            await until(lambda: told.lost)
            assert told.lost[0][2] == "unanswered"
            assert "first line" in session.last_error


@pytest.mark.parametrize(
    ("how", "why"),
    [
        (lambda pbx: pbx.cut(), {"closed"}),
        (lambda pbx: pbx.reset(), {"closed", "reset"}),
        (lambda pbx: pbx.send(event("Shutdown", "Shutdown: Cleanly", "Restart: True")), {"shutdown"}),
        (lambda pbx: pbx.send(b"Event: Hangup\r\nX: " + b"x" * 1_100_000), {"oversize"}),
    ],
    ids=["closed", "reset", "shutdown", "oversize"],
)
async def test_every_end_has_its_reason_and_the_session_comes_back(how, why) -> None:  # type: ignore[no-untyped-def]
    async with FakePbx() as pbx, following(pbx) as (session, told):
        how(pbx)
        await until(lambda: told.times("synced") == 2)
        assert len(told.lost) == 1
        assert told.lost[0][2] in why
        assert sum(session.cuts_by_reason[each] for each in why) == 1
        assert (session.connected, session.reconnects) == (True, 1)


async def test_the_shutdown_itself_is_delivered_before_the_loss() -> None:
    async with FakePbx() as pbx, following(pbx) as (_, told):
        pbx.send(event("Hangup") + event("Shutdown"))
        await until(lambda: told.lost)
        at = told.log.index(("lost", "shutdown"))
        assert told.log[at - 2 : at] == [("message", "Hangup"), ("message", "Shutdown")]


async def test_a_message_cut_in_the_middle_is_not_delivered() -> None:
    async with FakePbx() as pbx, following(pbx) as (_, told):
        pbx.send(event("Hangup", "Cause: 1") + b"Event: Hangup\r\nCause: 2\r\n")
        await until(lambda: "Hangup" in told.names)
        pbx.cut()
        await until(lambda: told.times("synced") == 2)
        assert [message.get("Cause") for message in told.messages if message.name == "Hangup"] == ["1"]


async def test_a_port_that_is_no_ami_is_named() -> None:
    async with FakePbx() as pbx:
        pbx.banner = b"SSH-2.0-OpenSSH_9.2p1\r\n"
        async with following(pbx, synced=False) as (session, told):
            await until(lambda: told.lost)
            assert told.lost[0][2] == "not_ami"
            assert "SSH-2.0" in session.last_error


async def test_waits_between_tries_grow_with_jitter_and_stay_bounded() -> None:
    async with FakePbx() as pbx:
        await pbx.stop()
        async with following(pbx, synced=False, reconnect_max_s=8.0) as (session, told):
            await until(lambda: len(told.waits) >= 40)
            rng = random.Random(1)
            limits = [min(8.0, 0.5 * 2**n) for n in range(40)]
            assert told.waits[:40] == [rng.uniform(0.0, limit) for limit in limits]
            assert [why for _, _, why in told.lost] == ["refused"]  # told once, not forty times
            assert session.cuts_by_reason["refused"] >= 40


async def test_a_flapping_pbx_is_not_hammered_either() -> None:
    async with FakePbx() as pbx, following(pbx, reconnect_max_s=8.0) as (_, told):
        for n in range(2, 14):
            pbx.cut()
            await until(lambda n=n: told.times("synced") == n)  # type: ignore[misc]
        assert max(told.waits[:2]) <= 1.0 < max(told.waits[4:])


async def test_the_last_word_of_a_session_stays_the_beginning_of_the_blindness() -> None:
    async with FakePbx() as pbx, following(pbx) as (session, told):
        heard = session.last_heard
        pbx.banner = b"busy\r\n"
        pbx.cut()
        await until(lambda: len(told.lost) == 2)
        assert [(last_heard, why) for _, last_heard, why in told.lost] == [
            (heard, "closed"),
            (heard, "not_ami"),
        ]
        assert session.last_heard is not None
        assert heard is not None
        assert session.last_heard > heard


async def test_before_the_first_session_nothing_was_heard_since_the_start() -> None:
    before = datetime.now(UTC)
    async with FakePbx() as pbx:
        await pbx.stop()
        async with following(pbx, synced=False) as (_, told):
            await until(lambda: told.lost)
            at, last_heard, _ = told.lost[0]
            assert before <= last_heard <= at


async def test_closing_ends_a_linked_session() -> None:
    async with FakePbx() as pbx:
        async with following(pbx) as (session, told):
            await session.close()
            assert not session.connected
            assert [why for _, _, why in told.lost] == ["stopped"]
            await until(lambda: pbx.open == 0)
        assert pbx.connections == 1
        assert session.cuts_by_reason == {}


async def test_closing_ends_the_wait_for_the_next_try() -> None:
    async with FakePbx() as pbx:
        waiting = asyncio.Event()

        async def for_ever(seconds: float) -> None:
            waiting.set()
            await asyncio.Event().wait()

        async with following(pbx, sleep=for_ever) as (session, _):
            pbx.cut()
            await waiting.wait()
            await asyncio.wait_for(session.close(), 2)
        await asyncio.sleep(0.05)
        assert pbx.connections == 1


async def test_closing_ends_an_attempt_under_way() -> None:
    async with FakePbx() as pbx:
        pbx.answers["Login"] = lambda asked: None
        async with following(pbx, synced=False) as (session, told):
            await until(lambda: pbx.times("Login"))
            await asyncio.wait_for(session.close(), 2)
            await until(lambda: pbx.open == 0)
            assert told.log == []
        assert pbx.connections == 1


async def test_a_closed_session_does_not_run_again() -> None:
    async with FakePbx() as pbx:
        async with following(pbx) as (session, _):
            await session.close()
            await asyncio.wait_for(session.run(), 2)
        assert pbx.connections == 1


async def test_cancelling_run_ends_the_session_too() -> None:
    async with FakePbx() as pbx:
        told = Told()
        session = told.session = Session(
            "test",
            settings_for(pbx),
            SECRET,
            wanted=WANTED,
            on_messages=told.on_messages,
            on_linked=told.on_linked,
            on_synced=told.on_synced,
            on_lost=told.on_lost,
            clock=lambda: datetime.now(UTC),
        )
        run = asyncio.create_task(session.run())
        await until(lambda: session.synced)
        run.cancel()
        with pytest.raises(asyncio.CancelledError):
            await run
        await until(lambda: pbx.open == 0)
        assert not session.connected


async def test_callbacks_that_raise_do_not_end_the_session() -> None:
    async with FakePbx() as pbx:
        told = Told()

        def broken(*_: object) -> None:
            raise RuntimeError("broken")

        session = Session(
            "test",
            settings_for(pbx),
            SECRET,
            wanted=WANTED,
            on_messages=broken,
            on_linked=broken,
            on_synced=broken,
            on_lost=broken,
            clock=lambda: datetime.now(UTC),
            sleep=told.pause,
        )
        run = asyncio.create_task(session.run())
        await until(lambda: session.synced)
        pbx.cut()
        await until(lambda: pbx.connections == 2 and session.synced)
        await session.close()
        await run
        assert session.handler_errors > 4
        assert session.cuts_by_reason == {"closed": 1}


async def test_a_defect_of_ours_ends_one_session_and_not_the_daemon(monkeypatch: pytest.MonkeyPatch) -> None:
    async with FakePbx() as pbx, following(pbx) as (session, told):

        async def broken(*_: object) -> tuple[str, ...]:
            monkeypatch.undo()
            raise KeyError("a defect")

        monkeypatch.setattr(session_module, "resync", broken)
        pbx.cut()
        await until(lambda: told.times("synced") == 2)
        assert [why for _, _, why in told.lost] == ["closed", "internal"]
        assert session.cuts_by_reason == {"closed": 1, "internal": 1}


async def test_what_is_held_before_the_session_begins_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session_module, "HELD_LIMIT", 100)
    async with FakePbx() as pbx:
        core, flood = pbx.answers["CoreStatus"], [event("Hangup") * 101]
        pbx.answers["CoreStatus"] = lambda asked: (flood.pop() if flood else b"") + (core(asked) or b"")
        async with following(pbx) as (session, told):
            assert session.cuts_by_reason == {"oversize": 1}
            assert [kind for kind, _ in told.log if kind != "message"] == ["lost", "linked", "synced"]
            assert "Hangup" not in told.names


async def test_an_error_is_an_answer_to_a_ping() -> None:
    async with FakePbx() as pbx:
        pbx.answers["Ping"] = lambda asked: response(asked, "Message: Permission denied", kind="Error")
        async with following(pbx, keepalive_s=0.05) as (_, told):
            await until(lambda: pbx.times("Ping") >= 5)
            assert told.lost == []


async def test_no_ping_waits_behind_a_list() -> None:
    async with FakePbx() as pbx, following(pbx, keepalive_s=0.05) as (session, told):
        held: list[dict[str, str]] = []
        pbx.answers["QueueStatus"] = lambda asked: held.append(asked)
        pending = asyncio.create_task(session.list_action({"Action": "QueueStatus"}))
        await until(lambda: held)
        pings = pbx.times("Ping")
        await asyncio.sleep(0.3)
        assert pbx.times("Ping") <= pings + 1  # one may have been on its way
        pbx.send(a_list(held[0], end="QueueStatusComplete"))
        await pending
        await until(lambda: pbx.times("Ping") > pings + 1)
        assert told.lost == []


async def test_a_pbx_that_stops_right_behind_its_last_answer_was_never_linked() -> None:
    async with FakePbx() as pbx:
        core, stop = pbx.answers["CoreStatus"], [event("Shutdown")]
        pbx.answers["CoreStatus"] = lambda asked: (core(asked) or b"") + (stop.pop() if stop else b"")
        async with following(pbx) as (_, told):
            assert [kind for kind, _ in told.log if kind != "message"] == ["lost", "linked", "synced"]
            assert told.lost[0][2] == "shutdown"
