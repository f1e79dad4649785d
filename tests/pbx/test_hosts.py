"""The test PBX itself, and the snippets shipped in config/asterisk: on both versions, with real phones."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ccd.adapters.ami.wanted import WANTED
from tests.pbx.ami import AmiError
from tests.pbx.asterisk import Asterisk, PbxError
from tests.pbx.phones import Phones, answers
from tests.pbx.sipp import Sipp
from tests.pbx.sipua import Phone

pytestmark = pytest.mark.pbx
_SAMPLES_A_SECOND = 8000


async def until(true: object, timeout: float = 5) -> None:
    """Wait until ``true()`` holds."""
    assert callable(true)
    deadline = time.monotonic() + timeout
    while not true():
        assert time.monotonic() < deadline, "it did not happen in time"
        await asyncio.sleep(0.05)


async def dial(phone: Phone, code: str, *digits: str) -> float:
    """Dial a code, send digits a moment apart, wait for the end. Seconds from the last digit to the end."""
    call = await phone.call(code)
    await call.wait_answered()
    for part in digits:
        await asyncio.sleep(0.6)
        await call.dtmf(part)
    began = time.monotonic()
    await call.wait_ended(12)
    return time.monotonic() - began


def test_it_is_the_version_asked_for_and_starts_without_a_complaint(asterisk: Asterisk) -> None:
    assert asterisk.version.startswith(asterisk.major + ".")
    assert asterisk.version in asterisk.rx("core show version")
    log = (asterisk.log_dir / "full").read_text()
    starting = log.partition("Asterisk Ready.")[0]
    assert starting != log
    complaints = [line for line in starting.splitlines() if "WARNING" in line or "ERROR" in line]
    # pjproject warns of the order in which its own modules happen to come up.
    assert [line for line in complaints if "pjproject:" not in line] == []


def test_one_that_does_not_come_up_says_why(asterisk: Asterisk) -> None:
    broken = Asterisk(asterisk.major)
    (broken.etc_dir / "modules.conf").write_text("[modules]\nno_such_option = yes\n")
    with pytest.raises(PbxError, match=r"died while starting(.|\n)*no_such_option"), broken:
        pass
    assert not broken.folder.exists()


def test_two_of_them_do_not_share_anything(asterisk: Asterisk) -> None:
    with Asterisk(asterisk.major) as other:
        asterisk.rx("database put neighbours first 1")
        assert "neighbours" not in other.rx("database show")
        assert {other.ami_port, other.sip_port}.isdisjoint({asterisk.ami_port, asterisk.sip_port})
    assert "neighbours" in asterisk.rx("database show")
    asterisk.rx("database deltree neighbours")


def test_state_survives_a_restart_and_a_kill(fresh_asterisk: Asterisk) -> None:
    fresh_asterisk.rx("database put kept key 42")
    fresh_asterisk.restart()
    assert "42" in fresh_asterisk.rx("database get kept key")
    fresh_asterisk.restart(by_kill=True)
    assert "42" in fresh_asterisk.rx("database get kept key")


def test_nothing_is_left_when_the_test_process_is_killed(asterisk: Asterisk) -> None:
    script = (
        "import sys, time; from tests.pbx.asterisk import Asterisk; pbx = Asterisk(sys.argv[1]).__enter__();"
        "print(pbx.pid, pbx.root, flush=True); time.sleep(60)"
    )
    command = [sys.executable, "-c", script, asterisk.major]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as owner:
        assert owner.stdout is not None
        pid, root = owner.stdout.readline().split()
        assert Path("/proc", pid).exists()
        owner.send_signal(signal.SIGKILL)
    deadline = time.monotonic() + 5
    while Path("/proc", pid).exists():
        assert time.monotonic() < deadline, "Asterisk outlived the test process"
        time.sleep(0.05)
    assert root not in Path("/proc/mounts").read_text()


def test_phones_of_another_make_ring_answer_refuse_and_hang_up(asterisk: Asterisk) -> None:
    """SIPp knows nothing of our own phones: what both do, the PBX does."""
    phone, trunk, known = asterisk.layout.phone_port("1030"), asterisk.layout.trunk_port, len(asterisk.cdr())
    with Sipp(asterisk, "answers", phone) as answering:
        with Sipp(asterisk, "caller", trunk, to="1030", caller="13800138000", pause_ms=500) as caller:
            caller.wait()
        answering.wait()
    for scenario in ("answers_hangs_up", "no_answer", "busy"):
        with Sipp(asterisk, scenario, phone, pause_ms=300) as called:
            asterisk.originate("Local/1030@inbound/n", "60", "talk")
            called.wait()
    asterisk.rx("channel request hangup all")
    deadline = time.monotonic() + 5
    while len(seen := [row for row in asterisk.cdr()[known:] if "PJSIP/1030-" in row.dstchannel]) < 4:
        assert time.monotonic() < deadline, seen
        time.sleep(0.05)
    dispositions = [row.disposition for row in sorted(seen, key=lambda row: row.sequence)]
    assert dispositions == ["ANSWERED", "ANSWERED", "NO ANSWER", "BUSY"]
    assert "13800138000" in {row.src for row in seen}


async def test_a_queue_call_is_recorded_from_answer_on(asterisk: Asterisk) -> None:
    async with Phones(asterisk, "1001", "1002", "1003", "1004", "1005") as phones:
        for phone in phones:
            phone.behaviour = answers(after=1.5, talk=1.5)
        call = await phones.outside.call("800", caller="13800138000", name="李雷")
        await call.wait_ended()
        await until(lambda: asterisk.queue_log()[-1].event == "COMPLETEAGENT")
    joined, connected, completed = asterisk.queue_log()[-3:]
    assert (joined.event, connected.event, completed.event) == ("ENTERQUEUE", "CONNECT", "COMPLETEAGENT")
    assert joined.data[1] == "13800138000"
    recording = asterisk.monitor_dir / f"{joined.call}.wav"
    seconds = (recording.stat().st_size - 44) / 2 / _SAMPLES_A_SECOND
    assert 1 < seconds < 2, "the wait of 1.5 s is not part of it, the talk of 1.5 s is"


async def test_holds_transfers_and_digits_of_the_phones_reach_the_pbx(asterisk: Asterisk) -> None:
    with asterisk.admin("on") as session:
        async with Phones(asterisk, "1020", "1021", "1022") as phones:
            phones["1021"].behaviour = answers(after=0.1)
            phones["1022"].behaviour = answers(after=0.1, talk=0.5)
            call = await phones["1020"].call("1021")
            await call.wait_answered()
            await call.hold()
            await call.resume()
            await call.dtmf("7")
            assert await call.transfer("1022") == 200
            await phones["1021"].calls[0].wait_ended()
        seen = list(session.events(1))
    assert [event["Event"] for event in seen if event["Event"] in {"Hold", "Unhold"}][:2] == [
        "Hold",
        "Unhold",
    ]
    assert "7" in {event["Digit"] for event in seen if event["Event"] == "DTMFEnd"}
    assert [event["Extension"] for event in seen if event["Event"] == "BlindTransfer"] == ["1022"]


def test_a_stopped_pbx_answers_again_once_it_goes_on(fresh_asterisk: Asterisk) -> None:
    fresh_asterisk.freeze()
    with pytest.raises(AmiError, match="nothing in time"):
        fresh_asterisk.admin(timeout=0.5)
    fresh_asterisk.thaw()
    assert "System uptime" in fresh_asterisk.rx("core show uptime")


def test_what_ccd_follows_is_sent_and_the_rest_is_not(asterisk: Asterisk) -> None:
    """The shipped AMI user with the shipped filters, against a session that hears everything."""
    with asterisk.admin("on") as everything, asterisk.ccd("on") as filtered:
        phone = asterisk.layout.phone_port("1031")
        with Sipp(asterisk, "answers_hangs_up", phone, pause_ms=300) as agent:
            everything.action("QueueAdd", {"Queue": "vip", "Interface": "PJSIP/1031"})
            asterisk.originate("Local/802@inbound/n", "60", "talk")
            agent.wait()
        everything.action("QueueRemove", {"Queue": "vip", "Interface": "PJSIP/1031"})
        sent, passed = list(everything.events(1)), list(filtered.events(1))
    print(f"{asterisk.version}: {len(passed)} of {len(sent)} events of a queue call pass the filters")
    names = {event["Event"] for event in passed}
    assert not names & {
        "Newexten",
        "NewConnectedLine",
        "RTCPSent",
        "MusicOnHoldStart",
        "DTMFEnd",
        "DialState",
    }
    assert {event["Variable"] for event in passed if event["Event"] == "VarSet"} == {"MIXMONITOR_FILENAME"}
    devices = {event["Device"] for event in passed if event["Event"] == "DeviceStateChange"}
    assert "PJSIP/1031" in devices
    assert not [device for device in devices if device.startswith(("Queue:", "Local/"))]
    followed = [name for name in WANTED if name not in ("VarSet", "DeviceStateChange")]
    wanted = [event["Event"] for event in sent if event["Event"] in followed]
    assert [name for name in (event["Event"] for event in passed) if name in followed] == wanted
    assert len(passed) < len(sent) * 0.6


@pytest.mark.parametrize("action", ["Command", "Redirect", "UserEvent", "UpdateConfig"])
def test_ccd_may_look_and_pause_but_touch_nothing_else(asterisk: Asterisk, action: str) -> None:
    headers = {"Command": "core show version", "Channel": "PJSIP/1001-1", "Interface": "PJSIP/1001"}
    with asterisk.ccd("off") as session, pytest.raises(AmiError, match="ermission denied"):
        session.action(action, headers)


def test_ccd_may_ask_for_its_snapshots_and_take_its_notes(asterisk: Asterisk) -> None:
    asterisk.rx("database put ccd-missed 1 arrive|1001|777|1700000000")
    with asterisk.ccd("off") as session:
        for action in (
            "QueueStatus",
            "CoreShowChannels",
            "DeviceStateList",
            "CoreStatus",
            "CoreSettings",
            "Ping",
        ):
            session.action(action)
        session.action("DBGet", {"Family": "ccd-missed", "Key": "1"})
        session.action("DBDel", {"Family": "ccd-missed", "Key": "1"})
    assert "777" not in asterisk.rx("database show ccd-missed")


def test_root_is_needed_and_said_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from tests.pbx import root

    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setenv("CI", "")
    assert root.main(["22", "16"]) == 0
    assert "need root" in capsys.readouterr().err
    monkeypatch.setenv("CI", "true")
    assert root.main(["16"]) == 1
