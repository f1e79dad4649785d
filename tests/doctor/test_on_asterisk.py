"""The doctor's word on a real Asterisk, as shipped and broken in one way at a time.

What is broken is put right again after each test: files are restored, and Asterisk reloads them.
"""

from __future__ import annotations

import asyncio
import re
import shutil
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine

from ccd.config import AgiSettings, PbxSettings
from ccd.doctor import Finding, Status, as_text, examine
from ccd.doctor.gather_session import PROBE
from tests.doctor.test_asteriskconf import READ, write_nasty
from tests.doctor.test_eventfilter import CASES, PROBES
from tests.pbx.ami import Client
from tests.pbx.asterisk import Asterisk
from tests.pbx.root import RootMissingError, SuiteGoneError, in_ci

pytestmark = pytest.mark.pbx

FAIL = Status.FAIL


@pytest.fixture(scope="module", params=["22", "16"])
def asterisk(request: pytest.FixtureRequest) -> Iterator[Asterisk]:
    """One Asterisk of each version for the module."""
    try:
        pbx = Asterisk(request.param)
    except RootMissingError as error:
        if in_ci() and not isinstance(error, SuiteGoneError):
            raise
        pytest.skip(str(error))
    with pbx:
        pbx.rx("module load func_config.so")
        print(f"Asterisk {pbx.version}")
        yield pbx


@pytest.fixture
def pbx(asterisk: Asterisk, tmp_path: Path) -> Iterator[Asterisk]:
    shutil.copytree(asterisk.etc_dir, tmp_path / "etc")
    yield asterisk
    for source in (tmp_path / "etc").rglob("*"):
        if source.is_file():
            shutil.copyfile(source, asterisk.etc_dir / source.relative_to(tmp_path / "etc"))
    reload(asterisk)


def reload(pbx: Asterisk) -> None:
    with pbx.admin() as admin:
        for command in ("dialplan reload", "queue reload all", "manager reload"):
            admin.command(command)


def edit(pbx: Asterisk, file: str, pattern: str, replacement: str) -> None:
    """Replace what matches in a file of the configuration, which must be there, and reload."""
    path = pbx.etc_dir / file
    text, count = re.subn(pattern, replacement, path.read_text("utf-8"), flags=re.MULTILINE)
    assert count, f"{pattern!r} is not in {file}"
    path.write_text(text, "utf-8")
    reload(pbx)


def settings(pbx: Asterisk, **changes: object) -> PbxSettings:
    given = {"port": pbx.ami_port, "config_dir": pbx.etc_dir, "recordings_dir": pbx.monitor_dir, **changes}
    return PbxSettings.model_validate(given)


async def findings(pbx: Asterisk, *, secret: str = "", **changes: object) -> list[Finding]:
    agi = AgiSettings(port=pbx.agi_port)
    interfaces = [f"PJSIP/{number}" for number in range(1001, 1041)]
    given = settings(pbx, **changes)
    return await examine("main", given, secret or pbx.ccd_secret, agi=agi, interfaces=interfaces)


def of(found: list[Finding], check: str) -> list[Status]:
    return [finding.status for finding in found if finding.check == check]


def the(found: list[Finding], check: str, status: Status) -> Finding:
    matching = [finding for finding in found if (finding.check, finding.status) == (check, status)]
    assert len(matching) == 1, as_text("main", found)
    return matching[0]


async def test_the_shipped_configuration_has_no_fault(pbx: Asterisk) -> None:
    found = await findings(pbx)
    assert [finding for finding in found if finding.status is Status.FAIL] == []
    for check in ("login", "version", "rights-missing", "timestampevents", "writetimeout", "eventfilter"):
        assert of(found, check) == [Status.OK], as_text("main", found)
    for check in ("clock", "transport", "acl", "recording", "sign-in-codes", "unknown-members"):
        assert of(found, check) == [Status.OK], as_text("main", found)


async def test_the_shipped_dialplan_is_ready_for_an_emergency(pbx: Asterisk) -> None:
    found = await findings(pbx)
    for check in ("emergency-dialplan", "drills", "report-code"):
        assert of(found, check) == [Status.OK], as_text("main", found)
    assert "ccd-duty/leads" in the(found, "duty-cache", Status.WARN).mend
    pbx.rx("database put ccd-duty leads PJSIP/1010")
    try:
        assert of(await findings(pbx), "duty-cache") == [Status.OK]
    finally:
        pbx.rx("database deltree ccd-duty")


async def test_a_way_from_a_drill_to_the_police_is_seen_in_the_pbxs_memory(pbx: Asterisk) -> None:
    edit(
        pbx,
        "ccd/extensions-ccd-incidents.conf",
        r"^\[ccd-drill-police\]$",
        "[ccd-drill-police]\nexten => t,1,ExecIf($[1]?Gosub(ccd-police,call,1))",
    )
    # Only what the PBX holds in memory is looked at: its files are out of sight.
    found = await findings(pbx, config_dir=None)
    assert "[ccd-decide-drill]" in the(found, "drills", FAIL).text


async def test_the_examination_changes_nothing(pbx: Asterisk) -> None:
    looks = ("database show", "queue show", "dialplan show", "core show channels", "manager show connected")
    before = [_lasting(pbx.rx(look)) for look in looks]
    with pbx.admin("on") as watcher:
        await findings(pbx)
        seen = [message for message in watcher.events(0.5) if "Event" in message]
    logins = {"SuccessfulAuth", "ChallengeSent", "ChallengeResponseFailed", "FullyBooted"}
    # The PBX asks two of its phones every second whether they are there, and tells of it whoever looks on.
    own = {"ContactStatus", "PeerStatus", "DeviceStateChange", "TestEvent"}
    assert {message["Event"] for message in seen} - logins - own <= {"UserEvent"}
    assert {message["UserEvent"] for message in seen if message["Event"] == "UserEvent"} <= {PROBE}
    assert [_lasting(pbx.rx(look)) for look in looks] == before


def _lasting(text: str) -> str:
    """Without the seconds that pass by themselves."""
    return re.sub(r"login was \d+ secs ago", "", text)


# --- broken, one way at a time ----------------------------------------------------------------------------


async def test_a_wrong_secret_is_named(pbx: Asterisk) -> None:
    found = await findings(pbx, secret="wrong")
    assert "the secret is another" in the(found, "login", Status.FAIL).text


async def test_a_closed_address_is_named_with_the_line_that_opens_it(pbx: Asterisk) -> None:
    edit(pbx, "ccd/manager.d/ccd.conf", r"^permit = .*", "permit = 10.1.1.1/255.255.255.255")
    fault = the(await findings(pbx), "login", Status.FAIL)
    assert fault.mend == "permit = 127.0.0.1/255.255.255.255"
    assert "ccd/manager.d/ccd.conf" in fault.file


async def test_an_unknown_user_is_named(pbx: Asterisk) -> None:
    found = await findings(pbx, username="nobody")
    assert "there is no section [nobody]" in the(found, "login", Status.FAIL).text


async def test_missing_time_stamps_are_named(pbx: Asterisk) -> None:
    edit(pbx, "manager.conf", "^timestampevents = yes", "timestampevents = no")
    assert "timestampevents = yes" in the(await findings(pbx), "timestampevents", Status.FAIL).mend


async def test_time_stamps_are_seen_on_an_event_where_one_may_be_sent(pbx: Asterisk) -> None:
    edit(pbx, "ccd/manager.d/ccd.conf", "^write = .*", "write = system,reporting,user")
    edit(pbx, "manager.conf", "^timestampevents = yes", "timestampevents = no")
    found = await findings(pbx, config_dir=None)
    assert of(found, "timestampevents") == [Status.FAIL]


async def test_too_many_rights_are_named(pbx: Asterisk) -> None:
    edit(pbx, "ccd/manager.d/ccd.conf", "^write = .*", "write = all")
    edit(pbx, "ccd/manager.d/ccd.conf", "^read = .*", "read = all")
    found = await findings(pbx)
    fault = the(found, "rights-too-many", Status.FAIL)
    assert "command, config" in fault.text
    assert fault.mend == "write = system,agent,user,reporting,originate"
    assert "security" in the(found, "rights-too-many", Status.WARN).text


async def test_missing_rights_are_named_with_both_lines(pbx: Asterisk) -> None:
    edit(pbx, "ccd/manager.d/ccd.conf", "^write = .*", "write = call")
    edit(pbx, "ccd/manager.d/ccd.conf", "^read = .*", "read = call,agent")
    fault = the(await findings(pbx), "rights-missing", Status.FAIL)
    assert fault.mend == "read = system,call,agent,user,dialplan\nwrite = system,agent,reporting,originate"


@pytest.mark.parametrize(
    "held", ["system", "reporting", "call,reporting", "agent,user,originate", "system,config"]
)
async def test_the_rights_the_pbx_goes_by_are_known_without_any_file(pbx: Asterisk, held: str) -> None:
    edit(pbx, "ccd/manager.d/ccd.conf", "^write = .*", f"write = {held}")
    found = await findings(pbx, config_dir=None)
    surplus = {name for name in held.split(",") if name in ("call", "config")}
    told = " ".join(finding.text for finding in found if finding.check == "rights-too-many")
    assert {name for name in ("call", "agent", "config") if name in told} == surplus & (
        {"config"} if "config" in surplus else surplus
    )
    lacking = {name for name in ("system", "reporting") if name not in held.split(",")}
    told = " ".join(finding.text for finding in found if finding.check == "rights-missing")
    expected = set() if "system" in held and lacking == {"reporting"} else lacking
    assert {name for name in ("system", "reporting") if f"write= lacks {name}" in told} == expected


async def test_an_edited_file_that_was_not_reloaded_is_named(pbx: Asterisk) -> None:
    path = pbx.etc_dir / "ccd/manager.d/ccd.conf"
    path.write_text(re.sub("(?m)^write = .*", "write = system,reporting", path.read_text()))
    assert "manager reload" in the(await findings(pbx), "manager-reload", Status.WARN).mend


@pytest.mark.parametrize(("hours", "words"), [(1, "s behind"), (-1, "s ahead of")])
async def test_a_clock_that_is_off_is_named(pbx: Asterisk, hours: int, words: str) -> None:
    """Ours is moved, not the PBX's: the difference is the same, but for how long its answer took."""
    with time_machine.travel(datetime.now(UTC) + timedelta(hours=hours), tick=True):
        found = await findings(pbx)
    told = re.search(rf"([0-9.]+) {words}", the(found, "clock", Status.FAIL).text)
    assert told is not None
    assert abs(float(told[1]) - 3600) < 5


async def test_a_short_patience_is_named(pbx: Asterisk) -> None:
    edit(pbx, "ccd/manager.d/ccd.conf", "^writetimeout = .*", "")
    assert "writetimeout = 5000" in the(await findings(pbx), "writetimeout", Status.FAIL).mend


async def test_a_filter_that_hides_hangups_is_named(pbx: Asterisk) -> None:
    edit(pbx, "ccd/manager.d/ccd.conf", "^writetimeout", "eventfilter = !Event: Hangup\nwritetimeout")
    assert "hides Hangup" in the(await findings(pbx), "eventfilter", Status.FAIL).text


async def test_a_filter_with_options_is_named_where_it_works_and_where_it_does_not(pbx: Asterisk) -> None:
    line = "eventfilter(action(exclude),name(VarSet)) ="
    edit(pbx, "ccd/manager.d/ccd.conf", "^writetimeout", f"{line}\nwritetimeout")
    found = await findings(pbx)
    if pbx.major == "22":
        assert "VarSet of MIXMONITOR_FILENAME" in the(found, "eventfilter", Status.FAIL).text
    else:
        assert "ignores the line" in the(found, "eventfilter", Status.WARN).text


async def test_an_event_that_does_not_come_back_is_named(pbx: Asterisk) -> None:
    edit(pbx, "ccd/manager.d/ccd.conf", "^write = .*", "write = system,reporting,user")
    edit(pbx, "ccd/manager.d/ccd.conf", "^read = .*", "read = system,call,agent,dialplan")
    found = await findings(pbx, config_dir=None)
    assert "UserEvent did not come back" in the(found, "eventfilter", Status.FAIL).text


async def test_static_members_are_named_and_dynamic_ones_are_not(pbx: Asterisk) -> None:
    assert "Local/1011@agents/n" in the(await findings(pbx), "static-members", Status.WARN).text
    edit(pbx, "queues.conf", "^member = .*", "")
    pbx.rx("queue add member PJSIP/1030 to vip")
    try:
        assert of(await findings(pbx), "static-members") == [Status.OK]
    finally:
        pbx.rx("queue remove member PJSIP/1030 from vip")


async def test_members_of_no_roster_and_without_a_state_are_named(pbx: Asterisk) -> None:
    pbx.rx("queue add member Local/77@agents/n to vip")
    try:
        found = await findings(pbx)
    finally:
        pbx.rx("queue remove member Local/77@agents/n from vip")
    assert "Local/77@agents/n" in the(found, "unknown-members", Status.WARN).text
    assert "Local/77@agents/n" in the(found, "state-interface", Status.FAIL).text


async def test_a_queue_that_does_not_record_is_named(pbx: Asterisk) -> None:
    edit(pbx, "queues.conf", r"^\[vip\]\(ccd\)", "[vip]")
    found = await findings(pbx)
    fault = the(found, "recording", Status.FAIL)
    assert "vip" in fault.text
    assert fault.mend.startswith("[vip]\nmonitor-format = wav")
    assert "support" in the(found, "recording", Status.OK).text


async def test_codes_that_no_phone_reaches_are_named(pbx: Asterisk) -> None:
    edit(pbx, "extensions.conf", "^include => ccd-codes", "")
    assert "include => ccd-codes" in the(await findings(pbx), "sign-in-codes", Status.FAIL).mend


async def test_a_dialplan_without_codes_is_named(pbx: Asterisk) -> None:
    edit(pbx, "extensions.conf", "^#(try)?include ccd/extensions-ccd.conf", "")
    assert "has no [ccd-codes]" in the(await findings(pbx), "sign-in-codes", Status.FAIL).text


async def test_an_include_of_a_missing_file_costs_the_dialplan_and_is_named(asterisk: Asterisk) -> None:
    """With #tryinclude, as the doctor writes it, the rest of the dialplan is there."""
    with Asterisk(asterisk.major) as broken:
        file = broken.etc_dir / "extensions.conf"
        text = re.sub("#(try)?include ccd/extensions", "#include ccd/extensions", file.read_text("utf-8"))
        file.write_text(text, "utf-8")
        (broken.etc_dir / "ccd/extensions-ccd.conf").unlink()
        assert (
            "#include ccd/extensions-ccd.conf: no such" in the(await findings(broken), "includes", FAIL).text
        )
        broken.restart()
        broken.rx("core reload")
        found = await findings(broken)
        assert "pbx_config is not running" in the(found, "dialplan", FAIL).text, broken.rx("dialplan show")
        assert the(found, "sign-in-codes", FAIL).mend.startswith("cp -rn ")
        file.write_text(text.replace("#include ccd/", "#tryinclude ccd/"), "utf-8")
        broken.restart()
        found = await findings(broken)
        assert of(found, "includes") == of(found, "dialplan") == []
        assert "Echo()" in broken.rx("dialplan show services")


async def test_others_who_move_members_are_named(pbx: Asterisk) -> None:
    line = "[panel]\nexten => *45,1,AddQueueMember(vip,PJSIP/1001)\n[services]"
    edit(pbx, "extensions.conf", r"^\[services\]", line)
    (pbx.etc_dir / "features.conf").write_text(
        "[applicationmap]\nrest => #9,self,PauseQueueMember(,PJSIP/1)\n"
    )
    told = [finding.text for finding in await findings(pbx) if finding.check == "other-writers"]
    assert any("AMI user testadmin" in text for text in told)
    assert any("[panel]: *45" in text for text in told)
    assert any("the feature rest" in text for text in told)


async def test_waiting_marks_and_an_answering_daemon_are_seen(pbx: Asterisk) -> None:
    pbx.rx("database put ccd-missed count 1")
    pbx.rx("database put ccd-missed 1 arrive|1001|77|1795296482")
    server = await asyncio.start_server(lambda _, writer: writer.close(), "127.0.0.1", pbx.agi_port)
    try:
        found = await findings(pbx)
    finally:
        server.close()
        pbx.rx("database deltree ccd-missed")
    assert "1 sign-ins" in the(found, "missed-sign-ins", Status.WARN).text
    assert of(found, "fastagi") == [Status.OK]


# --- what the files cannot tell ---------------------------------------------------------------------------


async def test_without_files_the_pbx_itself_is_asked(pbx: Asterisk) -> None:
    found = await findings(pbx, config_dir=Path("/nowhere"))
    for check in ("rights-missing", "writetimeout", "acl", "recording", "sign-in-codes"):
        assert of(found, check) == [Status.OK], as_text("main", found)
    the(found, "other-writers", Status.UNKNOWN)


async def test_without_files_and_without_the_right_to_ask_it_says_unknown(pbx: Asterisk) -> None:
    edit(pbx, "ccd/manager.d/ccd.conf", "^write = .*", "write = user")
    found = await findings(pbx, config_dir=Path("/nowhere"))
    for check in ("version", "writetimeout", "eventfilter", "recording", "sign-in-codes", "other-writers"):
        assert of(found, check) == [Status.UNKNOWN], as_text("main", found)


# --- our reading against Asterisk's own -------------------------------------------------------------------


def test_asterisk_reads_the_file_as_we_do(pbx: Asterisk) -> None:
    nasty = write_nasty(pbx.etc_dir)
    for path in (nasty, nasty.with_name("more.conf")):
        shutil.chown(path, *_owner(pbx.etc_dir / "manager.conf"))
    with pbx.admin() as admin:
        for section, entries in READ.items():
            for key in {key for key, _ in entries} - {"z"}:  # AST_CONFIG sees the first [three] only
                ours = [value for name, value in entries if name == key]
                assert _values(admin, section, key, len(ours)) == ours, f"[{section}] {key}"


def _values(admin: Client, section: str, key: str, count: int) -> list[str]:
    asked = [f"AST_CONFIG(nasty.conf,{section},{key},{index})" for index in range(count)]
    return [admin.action("Getvar", {"Variable": variable}).get("Value", "") for variable in asked]


def _owner(path: Path) -> tuple[int, int]:
    found = path.stat()
    return found.st_uid, found.st_gid


def test_asterisk_filters_as_foretold(pbx: Asterisk) -> None:
    cases = [(lines, arriving if pbx.major == "22" or old else set(PROBES)) for lines, arriving, old in CASES]
    with (pbx.etc_dir / "manager.conf").open("a") as manager:
        for index, (lines, _) in enumerate(cases):
            section = [f"[f{index}]", "secret = x", "read = user", "write ="]
            section += [line.replace(";", "\\;") for line in lines]
            manager.write("\n" + "\n".join(section) + "\n")
    reload(pbx)
    clients = [Client(pbx.ami_port, f"f{index}", "x", events="on") for index in range(len(cases))]
    try:
        with pbx.admin("user") as admin:
            for name, headers in PROBES.items():
                admin.action("UserEvent", {**headers, "Probe": name})
            admin.wait_for(lambda message: message.get("Probe") == name)
        time.sleep(0.3)
        for (lines, expected), client in zip(cases, clients, strict=True):
            client.action("Ping")
            arrived = {message["Probe"] for message in client.events(0.01) if "Probe" in message}
            assert arrived == expected, lines
    finally:
        for client in clients:
            client.close()


@pytest.mark.parametrize("kind", ["", "MixMonitor"])
async def test_a_queue_said_to_record_does_record(pbx: Asterisk, kind: str) -> None:
    """With and without monitor-type: the older version needs it, the newer does not know it."""
    edit(pbx, "ccd/queues-ccd.conf", "^monitor-type = .*", f"monitor-type = {kind}" if kind else "")
    text = " ".join(finding.text for finding in await findings(pbx) if finding.status is Status.OK)
    said_to_record = re.search(r"recorded from the answer: .*\bvip\b", text) is not None
    assert said_to_record is (pbx.major == "22" or kind == "MixMonitor")
    pbx.rx("queue add member Local/600@services/n to vip")
    try:
        with pbx.admin("call,agent") as admin:
            pbx.originate("Local/802@inbound/n", "2", "talk")
            names = {message.get("Event") for message in admin.events(1.5)}
    finally:
        pbx.rx("queue remove member Local/600@services/n from vip")
    assert "AgentConnect" in names
    assert ("MixMonitorStart" in names) is said_to_record
