"""Every judgement over a table: what was seen, and what is said of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ccd.config import AgiSettings, Mode, PbxSettings, Policies, PresenceSettings, RecordingsSettings
from ccd.doctor import Finding, Status, gather, judge
from ccd.doctor.asteriskconf import Entry
from ccd.doctor.checks import access, events, includes, others, queues, rights
from ccd.doctor.facts import (
    CLASSES,
    Agi,
    Dialplan,
    Facts,
    Folder,
    ManagerUser,
    Member,
    QueueConf,
    Session,
    Step,
)
from ccd.doctor.needs import needs_of

PBX = PbxSettings()
NEEDS = needs_of(Policies(), AgiSettings())
READ = frozenset(("system", "call", "agent", "user", "dialplan", "reporting"))
WRITE = frozenset(("system", "agent", "reporting", "originate"))

OK, WARN, FAIL, UNKNOWN = Status.OK, Status.WARN, Status.FAIL, Status.UNKNOWN

ACTIONS = {
    "Ping": "",
    "ListCommands": "",
    "QueueStatus": "",
    "DBPut": "system",
    "DBDel": "system",
    "MixMonitor": "system",
    "ModuleCheck": "system",
    "Redirect": "call",
    "Command": "command",
    "QueueAdd": "agent",
    "QueuePause": "agent",
    "UserEvent": "user",
    "UpdateConfig": "config",
    "Originate": "originate",
    "CoreSettings": "system,reporting",
    "CoreStatus": "system,reporting",
    "CoreShowChannels": "system,reporting",
    "DBGet": "system,reporting",
    "DeviceStateList": "call,reporting",
    "Getvar": "call,reporting",
    "ShowDialPlan": "config,reporting",
    "Hangup": "system,call",
    "GetConfig": "system,config",
    "Status": "system,call,reporting",
}
"""Actions of a real Asterisk with the classes of which a caller needs one."""


def commands(held: Iterable[str]) -> dict[str, frozenset[str]]:
    """What ListCommands shows a user of these classes."""
    classes = {name: frozenset(needed.split(",")) - {""} for name, needed in ACTIONS.items()}
    return {name: needed for name, needed in classes.items() if not needed or needed & set(held)}


def user(**changes: Any) -> ManagerUser:
    return replace(
        ManagerUser("ccd", "manager.d/ccd.conf:5", READ, WRITE, lines("writetimeout = 5000")), **changes
    )


def lines(*given: str) -> tuple[Entry, ...]:
    split = (line.partition(" = ") for line in given)
    return tuple(Entry(key, value, Path("manager.conf"), 7) for key, _, value in split)


def session(**changes: Any) -> Session:
    good = Session(
        accepted=True,
        banner="Asterisk Call Manager/11.0.0",
        version="22.10.1",
        commands=commands(WRITE),
        booted_seen=True,
        queues=("sales",),
        clock_ahead_s=0.0,
    )
    return replace(good, **changes)


def facts(**changes: Any) -> Facts:
    """A PBX as it should be, but for ``changes``; those of the session are given as ``session=``."""
    return replace(
        Facts(session=session(), user=user(), users=(user(),), general={}, our_address="127.0.0.1"), **changes
    )


def said(found: Iterable[Finding]) -> list[tuple[str, Status]]:
    return [(finding.check, finding.status) for finding in found]


def text_of(found: Iterable[Finding]) -> str:
    return "\n".join(f"{each.text}\n{each.mend}\n{each.file}" for each in found)


# --- getting in -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "status", "words"),
    [
        (facts(), OK, "Asterisk Call Manager/11"),
        (facts(session=Session(), unreachable="connection refused"), FAIL, "enabled = yes"),
        (facts(session=Session(), unreachable="[SSL] certificate verify failed"), FAIL, "tls_ca ="),
        (facts(session=Session(banner="SSH-2.0-OpenSSH_9.2")), FAIL, "no Asterisk"),
    ],
)
def test_reachable(given: Facts, status: Status, words: str) -> None:
    found = list(access.reachable(given, PBX))
    assert said(found) == [("reachable", status)]
    assert words in text_of(found)


REFUSED = Session(banner="Asterisk Call Manager/11.0.0", refusal="Authentication failed")
LOCKED_OUT = user(entries=lines("deny = 0.0.0.0/0.0.0.0", "permit = 10.0.0.0/8"))
LET_IN = user(entries=lines("deny = 0.0.0.0/0", "permit = 10.0.0.0/8,127.0.0.1/255.255.255.255"))


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (facts(session=REFUSED, users=(), user=None), "there is no section [ccd]"),
        (facts(session=REFUSED, user=LOCKED_OUT), "permit = 127.0.0.1/255.255.255.255"),
        (facts(session=REFUSED, user=LET_IN), "the secret is another"),
        (facts(session=REFUSED, user=user()), "the secret is another"),
        (
            facts(session=REFUSED, users=None, user=None, config_fault="denied"),
            "in this order: section [ccd]",
        ),
    ],
)
def test_a_refused_login_is_told_apart_by_the_files(given: Facts, words: str) -> None:
    found = list(access.login(given, PBX))
    assert said(found) == [("login", FAIL)]
    assert words in text_of(found)


@pytest.mark.parametrize(
    ("secret", "words"),
    [("CHANGE-ME", "still CHANGE-ME"), ("s3cret", "shorter than 12"), ("b0f1c94a8e2d", "")],
)
async def test_a_weak_secret_is_named_and_never_shown(secret: str, words: str, tmp_path: Path) -> None:
    pbx = PbxSettings(port=9, config_dir=tmp_path, recordings_dir=tmp_path)
    gathered = await gather(pbx, secret, AgiSettings(enabled=False))
    found = list(access.secret(gathered, pbx))
    assert said(found) == ([("secret", WARN)] if words else [])
    assert words in text_of(found)
    assert "s3cret" not in text_of(found)


@pytest.mark.parametrize(
    ("version", "status"),
    [
        ("22.10.1+dfsg+~cs6.17.60671434-1", OK),
        ("16.28.0~dfsg-0+deb11u4", OK),
        ("certified/18.9-cert5", OK),
        ("13.38.3", FAIL),
        ("24.0.0", WARN),
        ("", UNKNOWN),
    ],
)
def test_version(version: str, status: Status) -> None:
    assert said(access.version(facts(session=session(version=version)))) == [("version", status)]


@pytest.mark.parametrize(
    ("ahead", "error", "status"),
    [
        (0.0, 0.0, OK),
        (-0.9, 0.0, OK),
        (1.2, 0.5, OK),
        (1.2, 0.0, WARN),
        (-1.2, 0.0, WARN),
        (5.2, 0.1, FAIL),
        (-3600.0, 0.1, FAIL),
        (None, 0.0, UNKNOWN),
    ],
)
def test_clock(ahead: float | None, error: float, status: Status) -> None:
    given = facts(session=session(clock_ahead_s=ahead, clock_error_s=error))
    assert said(access.clock(given)) == [("clock", status)]


@pytest.mark.parametrize(
    ("pbx", "general", "expected"),
    [
        (PBX, {"bindaddr": "127.0.0.1"}, [OK]),
        (PBX, {"bindaddr": "0.0.0.0"}, [OK, WARN]),
        (PBX, {}, [OK, WARN]),
        (PBX, None, [OK]),
        (PbxSettings(host="10.0.0.5"), None, [FAIL]),
        (PbxSettings(host="pbx.example"), None, [FAIL]),
        (PbxSettings(host="10.0.0.5", tls=True), None, [OK]),
        (PbxSettings(host="::1"), {"bindaddr": "::1"}, [OK]),
    ],
)
def test_transport(pbx: PbxSettings, general: dict[str, str] | None, expected: list[Status]) -> None:
    assert [finding.status for finding in access.transport(facts(general=general), pbx)] == expected


@pytest.mark.parametrize(
    ("entries", "status"),
    [
        (("deny = 0.0.0.0/0", "permit = 127.0.0.1"), OK),
        (("acl = office",), OK),
        (("permit = 127.0.0.1",), WARN),
        ((), WARN),
    ],
)
def test_acl(entries: tuple[str, ...], status: Status) -> None:
    assert said(access.acl(facts(user=user(entries=lines(*entries))), PBX)) == [("acl", status)]


# --- rights -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "held",
    [
        set(),
        {"reporting"},
        {"system"},
        {"system", "reporting"},
        {"call"},
        {"call", "reporting"},
        {"config", "user"},
        {"agent", "user", "originate"},
        {"command"},
        {"system", "call", "config"},
    ],
)
def test_the_list_of_commands_gives_the_classes_away(held: set[str]) -> None:
    assert rights.held_classes(commands(held)) == held


@pytest.mark.parametrize(
    ("given", "status", "words"),
    [
        (facts(), OK, ""),
        (facts(user=user(read=CLASSES), session=session(commands=commands(CLASSES))), OK, ""),
        (facts(user=user(read=READ - {"dialplan"})), FAIL, "read= lacks dialplan"),
        (facts(session=session(commands=commands({"system", "agent", "originate"}))), OK, ""),
        (
            facts(session=session(commands=commands({"reporting"}))),
            FAIL,
            "= system,agent,reporting,originate",
        ),
        (
            facts(session=session(commands=commands({"user"}))),
            FAIL,
            "= system,agent,user,reporting,originate",
        ),
        (facts(session=session(commands=commands({"system", "reporting"}))), FAIL, "for ringing people"),
        (facts(user=None), UNKNOWN, "read = system,call,agent,user,dialplan"),
        (facts(user=None, session=session(booted_seen=False)), FAIL, "read= lacks system"),
    ],
)
def test_rights_missing(given: Facts, status: Status, words: str) -> None:
    found = list(rights.missing(given, PBX, NEEDS))
    assert said(found) == [("rights-missing", status)]
    assert words in text_of(found)


@pytest.mark.parametrize(
    ("given", "expected", "words"),
    [
        (facts(), [OK], ""),
        (facts(session=session(commands=commands(WRITE | {"user"}))), [OK], ""),
        (facts(session=session(commands=commands(WRITE | {"call"}))), [WARN], "write= holds call"),
        (facts(session=session(commands=commands(CLASSES))), [FAIL], "write= holds command, config"),
        (facts(user=user(read=CLASSES)), [WARN], "security, test, verbose, which ccd does not look at"),
        (facts(user=None, session=session(classes_seen=frozenset(("call", "security")))), [WARN], "security"),
        (facts(user=None, session=session(commands=None)), [UNKNOWN], "manager show users"),
    ],
)
def test_rights_too_many(given: Facts, expected: list[Status], words: str) -> None:
    found = list(rights.too_many(given, NEEDS))
    assert [finding.status for finding in found] == expected
    assert words in text_of(found)


def test_rights_are_judged_by_the_features_that_are_on() -> None:
    modes = dict.fromkeys(("incidents", "handover", "attendance"), "observe") | {
        "meals": "off",
        "breaks": "off",
        "listening": "off",
    }
    quiet = Policies.model_validate({name: {"mode": mode} for name, mode in modes.items()})
    presence = PresenceSettings(mode=Mode.OFF)
    without_codes = needs_of(quiet.model_copy(update={"presence": presence}), AgiSettings())
    given = facts(session=session(commands=commands({"reporting"})))
    assert said(rights.missing(given, PBX, without_codes)) == [("rights-missing", OK)]
    assert said(rights.missing(given, PBX, NEEDS)) == [("rights-missing", FAIL)]
    pausing = facts(session=session(commands=commands({"reporting", "agent"})))
    assert "write= holds agent" in text_of(rights.too_many(pausing, without_codes))
    with_system = facts(session=session(commands=commands(WRITE)))
    assert said(rights.too_many(with_system, without_codes)) == [("rights-too-many", WARN)]
    assert said(rights.too_many(with_system, NEEDS)) == [("rights-too-many", OK)]


def test_a_file_that_was_changed_and_not_reloaded_is_noticed() -> None:
    assert not list(rights.reloaded(facts()))
    changed = facts(user=user(write=WRITE - {"originate"}))
    assert said(rights.reloaded(changed)) == [("manager-reload", WARN)]


# --- events -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("stamped", "general", "status"),
    [
        (True, {}, OK),
        (False, {"timestampevents": "yes"}, FAIL),
        (None, {"timestampevents": "yes"}, OK),
        (None, {}, FAIL),
        (None, None, UNKNOWN),
    ],
)
def test_timestampevents(stamped: bool | None, general: dict[str, str] | None, status: Status) -> None:
    given = facts(session=session(stamped=stamped), general=general)
    assert said(events.timestampevents(given)) == [("timestampevents", status)]


@pytest.mark.parametrize(
    ("given", "status"),
    [
        (facts(), OK),
        (facts(user=user(entries=lines("writetimeout = 100", "writetimeout = 10000"))), OK),
        (facts(user=user(entries=lines("writetimeout = 100"))), WARN),
        (facts(user=user(entries=())), FAIL),
        (facts(user=user(entries=lines("writetimeout = soon"))), FAIL),
        (facts(user=None), UNKNOWN),
    ],
)
def test_writetimeout(given: Facts, status: Status) -> None:
    found = list(events.writetimeout(given, PBX))
    assert said(found) == [("writetimeout", status)]
    assert status is OK or "writetimeout = 5000" in text_of(found)


HIDING = "eventfilter = !Event: Hangup"
OPTIONS = "eventfilter(action(exclude),name(Hangup)) = "


@pytest.mark.parametrize(
    ("given", "expected", "words"),
    [
        (facts(), [OK], ""),
        (facts(session=session(probe_sent=True, probe_back=True)), [OK], ""),
        (facts(session=session(probe_sent=True)), [FAIL], "UserEvent did not come back"),
        (facts(user=user(entries=lines(HIDING))), [FAIL], "hides Hangup"),
        (
            facts(user=user(entries=lines("eventfilter = !Variable: MIXMON"))),
            [FAIL],
            "VarSet of MIXMONITOR_FILENAME",
        ),
        (facts(user=user(entries=lines(OPTIONS))), [FAIL], "hides Hangup"),
        (
            facts(user=user(entries=lines(OPTIONS)), session=session(version="16.28.0")),
            [WARN, OK],
            "ignores the line",
        ),
        (facts(user=user(entries=lines("eventfilter = !Event: RTCP"))), [OK], "1 filters"),
        (facts(user=None), [UNKNOWN], "read the eventfilter lines"),
        (facts(user=user(from_pbx=True)), [UNKNOWN], "with options"),
        (facts(user=user(from_pbx=True), session=session(version="16.28.0")), [OK], ""),
    ],
)
def test_eventfilter(given: Facts, expected: list[Status], words: str) -> None:
    found = list(events.eventfilter(given, PBX))
    assert [finding.status for finding in found] == expected
    assert words in text_of(found)


# --- queues -----------------------------------------------------------------------------------------------


def member(interface: str, membership: str = "dynamic", state: str = "", queue: str = "sales") -> Member:
    return Member(queue, "Zhang", interface, state or interface, membership)


@pytest.mark.parametrize(
    ("found", "status", "words"),
    [
        (("sales", "vip"), OK, "2 queues, 1 members; nobody in vip"),
        ((), WARN, "no queue"),
        (None, FAIL, "load = app_queue.so"),
    ],
)
def test_queues(found: tuple[str, ...] | None, status: Status, words: str) -> None:
    told = list(queues.queues(facts(session=session(queues=found, members=(member("PJSIP/1001"),)))))
    assert said(told) == [("queues", status)]
    assert words in text_of(told)


@pytest.mark.parametrize(("membership", "status"), [("static", WARN), ("dynamic", OK), ("realtime", OK)])
def test_static_members(membership: str, status: Status) -> None:
    given = facts(session=session(members=(member("PJSIP/1001", membership),)))
    assert said(queues.static_members(given)) == [("static-members", status)]


@pytest.mark.parametrize(
    ("roster", "expected"),
    [
        (None, [UNKNOWN]),
        ((), [WARN]),
        (("PJSIP/1001",), [OK]),
        (("Local/1001@agents/n",), [OK]),
        (("PJSIP/1002",), [WARN]),
    ],
)
def test_members_are_looked_for_in_the_roster(roster: tuple[str, ...] | None, expected: list[Status]) -> None:
    given = facts(session=session(members=(member("Local/1001@agents/n", state="PJSIP/1001"),)))
    assert [finding.status for finding in queues.unknown_members(given, roster)] == expected


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (member("PJSIP/1001"), []),
        (member("Local/1001@agents/n", state="PJSIP/1001"), [OK]),
        (member("Local/1001@agents/n"), [FAIL]),
    ],
)
def test_local_members_need_a_state_interface(given: Member, expected: list[Status]) -> None:
    found = queues.state_interfaces(facts(session=session(members=(given,))))
    assert [finding.status for finding in found] == expected


MIXED = Dialplan(
    (Step("in", "1", 1, "MixMonitor", "a.wav"), Step("in", "1", 2, "Queue", "sales,t")), {}, live=True
)
PLAIN = Dialplan((Step("in", "1", 1, "Queue", "sales"),), {}, live=True)
VARIABLE = Dialplan(
    (Step("in", "1", 1, "MixMonitor", "a"), Step("in", "1", 2, "Queue", "${EXTEN}")), {}, live=True
)


@pytest.mark.parametrize(
    ("version", "conf", "plan", "status"),
    [
        ("22.10.1", QueueConf("wav", "", ""), PLAIN, OK),
        ("16.28.0", QueueConf("wav", "MixMonitor", ""), PLAIN, OK),
        ("16.28.0", QueueConf("wav", "", ""), PLAIN, FAIL),
        ("22.10.1", QueueConf("", "", ""), PLAIN, FAIL),
        ("22.10.1", QueueConf("", "", ""), MIXED, OK),
        ("22.10.1", QueueConf("", "", ""), VARIABLE, OK),
        ("22.10.1", None, PLAIN, UNKNOWN),
        ("22.10.1", None, None, UNKNOWN),
        ("22.10.1", QueueConf("", "", ""), None, UNKNOWN),
        ("22.10.1", None, MIXED, OK),
    ],
)
def test_recording(version: str, conf: QueueConf | None, plan: Dialplan | None, status: Status) -> None:
    confs = {"sales": conf} if conf else None
    given = facts(session=session(version=version), queue_confs=confs, dialplan=plan)
    found = list(queues.recording(given, NEEDS))
    assert said(found) == [("recording", status)]
    assert status is not FAIL or "monitor-format = wav" in text_of(found)


def test_every_queue_that_does_not_record_gets_its_lines() -> None:
    confs = {name: QueueConf("", "", "") for name in ("sales", "vip")}
    given = facts(
        session=session(version="16.28.0", queues=("sales", "vip")), queue_confs=confs, dialplan=PLAIN
    )
    (found,) = queues.recording(given, NEEDS)
    assert found.mend.splitlines() == [
        "[sales]",
        "monitor-format = wav",
        "[vip]",
        "monitor-format = wav",
        "[general]",
        "monitor-type = MixMonitor",
    ]


@pytest.mark.parametrize(
    ("membership", "line"),
    [
        ("static", "member = Local/1011@agents/n,0,Zhang,PJSIP/1011 "),
        ("dynamic", "AddQueueMember(sales,Local/1011@agents/n,,,Zhang,PJSIP/1011)"),
    ],
)
def test_the_line_of_a_member_without_state_names_that_member(membership: str, line: str) -> None:
    given = facts(session=session(members=(member("Local/1011@agents/n", membership),)))
    (found,) = queues.state_interfaces(given)
    assert found.mend.startswith(line)


def test_recording_is_only_advised_where_the_policy_is_off() -> None:
    needs = needs_of(Policies(recordings=RecordingsSettings(mode=Mode.OFF)), AgiSettings())
    given = facts(queue_confs={"sales": QueueConf("", "", "")}, dialplan=PLAIN)
    assert said(queues.recording(given, needs)) == [("recording", WARN)]
    assert said(queues.recordings_folder(given, needs)) == []


@pytest.mark.parametrize(
    ("folder", "status"),
    [
        (Folder("/m", newest="/m/a.wav", judged_for="ccd"), OK),
        (Folder("/m", judged_for="ccd"), WARN),
        (Folder("/m", "/m may not be listed by ccd"), FAIL),
        (None, UNKNOWN),
    ],
)
def test_recordings_folder(folder: Folder | None, status: Status) -> None:
    found = queues.recordings_folder(facts(folder=folder, folder_unseen="elsewhere"), NEEDS)
    assert said(found) == [("recordings-folder", status)]


# --- others -----------------------------------------------------------------------------------------------

CODES = Step("ccd-codes", "*81", 1, "Set", "CCD_KIND=arrive")
INCLUDED = {"phones": ("ccd-codes",)}


@pytest.mark.parametrize(
    ("changes", "status", "words"),
    [
        ({}, OK, ""),
        ({"users": (user(), user(name="panel", write=frozenset(("agent",))))}, WARN, "AMI user panel"),
        ({"users": (user(name="reader", write=frozenset(("reporting",))),)}, OK, ""),
        (
            {"dialplan": Dialplan((Step("x", "*45", 1, "AddQueueMember", "sales"),), {}, True)},
            WARN,
            "[x]: *45",
        ),
        ({"applicationmap": {"pause": "#9,self,PauseQueueMember(,PJSIP/1)"}}, WARN, "the feature pause"),
        ({"gui_files": ("/etc/asterisk/queues_additional.conf",)}, WARN, "a GUI writes"),
        ({"unread": ("manager.conf:3: #exec x: not run",)}, UNKNOWN, "#exec"),
        ({"users": None, "config_fault": "Permission denied"}, UNKNOWN, "Permission denied"),
        ({"dialplan": None}, UNKNOWN, "the dialplan cannot be seen"),
    ],
)
def test_other_writers(changes: dict[str, Any], status: Status, words: str) -> None:
    found = list(others.other_writers(facts(**{"dialplan": MIXED, **changes}), PBX))
    assert said(found) == [("other-writers", status)]
    assert words in text_of(found)


@pytest.mark.parametrize(
    ("plan", "status", "words"),
    [
        (Dialplan((CODES,), INCLUDED, live=True), OK, "included in phones"),
        (Dialplan((CODES,), INCLUDED, live=False), UNKNOWN, "dialplan show ccd-codes"),
        (Dialplan((CODES,), {}, live=True), FAIL, "include => ccd-codes"),
        (Dialplan((), {}, live=True), FAIL, "#tryinclude ccd/"),
        (None, UNKNOWN, "dialplan show ccd-codes"),
    ],
)
def test_sign_in_codes(plan: Dialplan | None, status: Status, words: str) -> None:
    found = list(others.sign_in_codes(facts(dialplan=plan), NEEDS, AgiSettings()))
    assert said(found) == [("sign-in-codes", status)]
    assert words in text_of(found)


ALL_OURS = frozenset(("extensions-ccd.conf", "manager.d/ccd.conf"))


@pytest.mark.parametrize(
    ("snippets", "first", "count"),
    [
        (ALL_OURS, "#tryinclude ccd/extensions-ccd.conf", 1),
        (frozenset(), "cp -r ", 2),
        (frozenset(("manager.d/ccd.conf",)), "cp -rn ", 2),
        (None, "cp -rn ", 2),
    ],
)
def test_a_line_that_includes_ours_comes_after_the_copying_of_what_is_not_there(
    snippets: frozenset[str] | None, first: str, count: int
) -> None:
    given = facts(dialplan=Dialplan((), {}, live=True), snippets=snippets, config_dir="/etc/asterisk")
    (found,) = others.sign_in_codes(given, NEEDS, AgiSettings())
    mend = found.mend.splitlines()
    assert mend[0].startswith(first)
    assert len(mend) == count
    assert mend[-1] == "#tryinclude ccd/extensions-ccd.conf"
    assert count == 1 or "asterisk" in mend[0]


def test_queues_that_inherit_from_a_template_of_ours_that_is_not_there_are_told_to_copy_it() -> None:
    line = Entry("template", "ccd", Path("/etc/asterisk/queues.conf"), 9)
    (found,) = includes.missing_includes(facts(missing_includes=(line,), snippets=frozenset()))
    assert "template ccd: no such section; this costs every queue" in found.text
    assert found.mend.startswith("cp -r ")
    assert found.mend.endswith("#tryinclude ccd/queues-ccd.conf")


@pytest.mark.parametrize(
    ("file", "name", "cost", "mend"),
    [
        ("extensions.conf", "ccd/extensions-ccd.conf", "the whole dialplan", "cp -r "),
        ("queues.conf", "more.conf", "every queue", "#tryinclude more.conf"),
        ("agents.conf", "more.conf", "all of this file", "/etc/asterisk/more.conf"),
    ],
)
def test_an_include_of_a_missing_file_fails_with_its_place_and_what_it_costs(
    file: str, name: str, cost: str, mend: str
) -> None:
    line = Entry("#include", name, Path("/etc/asterisk") / file, 7)
    (found,) = includes.missing_includes(facts(missing_includes=(line,), snippets=frozenset()))
    assert (found.check, found.status, found.file) == ("includes", FAIL, f"/etc/asterisk/{file}:7")
    assert cost in found.text
    assert mend in found.mend


@pytest.mark.parametrize(
    ("plan", "expected"),
    [
        (Dialplan((CODES,), {}, live=True, registrars=frozenset(("pbx_config", "features"))), []),
        (Dialplan((), {}, live=True, registrars=frozenset(("res_parking",))), [("dialplan", FAIL)]),
        (Dialplan((), {}, live=True), [("dialplan", FAIL)]),
        (Dialplan((CODES,), {}, live=False), []),
        (None, []),
    ],
)
def test_a_dialplan_that_was_not_loaded_is_told(
    plan: Dialplan | None, expected: list[tuple[str, Status]]
) -> None:
    assert said(includes.dialplan_loaded(facts(dialplan=plan))) == expected


@pytest.mark.parametrize(
    ("address", "agi", "expected"),
    [
        ("", Agi("127.0.0.1:4573"), [OK]),
        ("agi://127.0.0.1:4573", Agi("127.0.0.1:4573"), [OK]),
        ("agi://127.0.0.1:4574", Agi("127.0.0.1:4573"), [WARN, OK]),
        ("", Agi("127.0.0.1:4573", "connection refused"), [WARN]),
    ],
)
def test_fastagi(address: str, agi: Agi, expected: list[Status]) -> None:
    plan = Dialplan((CODES,), INCLUDED, live=True, agi_address=address)
    found = others.sign_in_codes(facts(dialplan=plan, agi=agi), NEEDS, AgiSettings())
    of_agi = [each for each in found if each.check == "fastagi"]
    assert [each.status for each in of_agi] == expected
    assert not agi.fault or "ccd run" in of_agi[-1].mend


KEYS_OFF = {"disabledevents": "Newexten, DTMFBegin,DTMFEnd"}
WALLBOARD = user(name="wallboard", read=CLASSES)


@pytest.mark.parametrize(
    ("changes", "status", "words"),
    [
        ({}, OK, ""),
        ({"users": (user(), WALLBOARD)}, WARN, "wallboard"),
        ({"users": (user(), WALLBOARD), "general": KEYS_OFF}, OK, ""),
        ({"users": (WALLBOARD,), "general": {"disabledevents": "DTMFEnd"}}, WARN, "disabledevents ="),
        ({"users": None, "config_fault": "Permission denied"}, UNKNOWN, "Permission denied"),
    ],
)
def test_pressed_keys(changes: dict[str, Any], status: Status, words: str) -> None:
    found = list(others.pressed_keys(facts(**changes), NEEDS))
    assert said(found) == [("pressed-keys", status)]
    assert words in text_of(found)


@pytest.mark.parametrize(("marks", "expected"), [(0, [OK]), (3, [WARN]), (None, [])])
def test_missed_sign_ins(marks: int | None, expected: list[Status]) -> None:
    found = others.marks(facts(session=session(marks=marks)), NEEDS)
    assert [finding.status for finding in found] == expected


def test_sign_in_is_not_looked_at_where_it_is_off() -> None:
    needs = needs_of(Policies(), AgiSettings(enabled=False))
    assert not list(others.sign_in_codes(facts(), needs, AgiSettings(enabled=False)))
    assert not list(others.marks(facts(session=session(marks=3)), needs))


# --- the whole --------------------------------------------------------------------------------------------


def test_without_a_session_only_what_needs_none_is_judged() -> None:
    given = facts(session=Session(), unreachable="connection refused")
    checks = {name for name, _ in said(judge(given, PBX, Policies(), AgiSettings(), None))}
    assert checks == {"reachable", "transport", "acl", "recordings-folder", "other-writers"}


def test_every_finding_but_ok_says_how_to_mend_it() -> None:
    bad = facts(
        session=session(
            commands=commands({"command"}), queues=(), stamped=False, clock_ahead_s=9.0, version="11.1"
        ),
        user=user(read=frozenset(), entries=lines(HIDING)),
        users=None,
        folder=Folder("/m", "no"),
        dialplan=Dialplan((), {}, live=True),
        agi=Agi("127.0.0.1:4573", "connection refused"),
    )
    found = judge(bad, PBX, Policies(), AgiSettings(), ())
    assert len([finding for finding in found if finding.status is FAIL]) > 6
    assert [finding.check for finding in found if finding.status is not OK and not finding.mend] == []
