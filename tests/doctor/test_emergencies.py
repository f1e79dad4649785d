"""What the doctor says of threat calls: over the dialplan as shipped, and broken in one way at a time."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ccd.config import AgiSettings, Policies
from ccd.config_incidents import IncidentsSettings
from ccd.doctor import Finding, Status
from ccd.doctor.asteriskconf import read_config
from ccd.doctor.checks import emergencies
from ccd.doctor.dialplan import from_config
from ccd.doctor.facts import Dialplan, Facts, Session, Sounds, Step
from ccd.doctor.gather_files import read_files
from ccd.doctor.needs import needs_of
from ccd.doctor.reach import unclear, way
from tests.doctor.test_gather_files import etc as etc_of

OK, WARN, FAIL, UNKNOWN = Status.OK, Status.WARN, Status.FAIL, Status.UNKNOWN
SHIPPED = Path(__file__).parents[2] / "config/asterisk"
NEEDS = needs_of(Policies(), AgiSettings())
SITE = """
[inbound]
exten => 800,1,Answer()
 same => n,Queue(support,tcb(ccd-agent-leg^s^1))
[phones]
include => ccd-codes
"""
POLICE = (
    (SHIPPED / "ccd-police.conf.sample")
    .read_text("utf-8")
    .replace("PUT-THE-NUMBER-HERE", "051280110110")
    .replace("FIRST-TRUNK", "fixed")
    .replace("SECOND-TRUNK", "mobile")
)
Check = Callable[[Facts, Any], Iterator[Finding]]


@pytest.fixture
def plan(tmp_path: Path) -> Callable[..., Dialplan]:
    """The dialplan as shipped, with the site's own parts. ``change`` replaces text that must be there."""

    def make(*change: tuple[str, str], site: str = SITE, police: str = POLICE) -> Dialplan:
        names = ("extensions-ccd.conf", "extensions-ccd-incidents.conf")
        text = site + "".join((SHIPPED / name).read_text("utf-8") for name in names) + police
        for was, becomes in change:
            assert was in text
            text = text.replace(was, becomes)
        (tmp_path / "extensions.conf").write_text(text, "utf-8")
        return from_config(read_config(tmp_path / "extensions.conf"))

    return make


def say(
    check: Check, dialplan: Dialplan | None, needs: Any = NEEDS, **facts: Any
) -> list[tuple[Status, str]]:
    found = list(check(Facts(dialplan=dialplan, **facts), needs))
    assert all(finding.mend for finding in found if finding.status is not OK)
    return [(finding.status, f"{finding.text}\n{finding.mend}") for finding in found]


def statuses(check: Check, dialplan: Dialplan | None, **facts: Any) -> list[Status]:
    return [status for status, _ in say(check, dialplan, **facts)]


@pytest.mark.parametrize(
    "check", [emergencies.contexts, emergencies.police, emergencies.drills, emergencies.report_legs]
)
def test_the_shipped_dialplan_is_found_good(plan: Callable[..., Dialplan], check: Check) -> None:
    assert statuses(check, plan()) == [OK]


@pytest.mark.parametrize(
    "name",
    ["ccd-tell", "ccd-decide", "ccd-decide-drill", "ccd-report", "ccd-report-watch", "ccd-police-once"],
)
def test_a_context_that_is_missing_is_named(plan: Callable[..., Dialplan], name: str) -> None:
    [(status, text)] = say(emergencies.contexts, plan((f"[{name}]\n", f"[other-{name}]\n")))
    assert status is FAIL
    assert name in text
    assert "extensions-ccd-incidents.conf" in text


def test_without_the_sites_own_file_people_outside_and_the_police_cannot_be_reached(
    plan: Callable[..., Dialplan],
) -> None:
    bare = plan(police="")
    assert statuses(emergencies.contexts, bare) == [OK, WARN]
    [(status, text)] = say(emergencies.police, bare)
    assert status is FAIL
    assert "ccd-police.conf.sample" in text


@pytest.mark.parametrize(
    ("was", "becomes", "status", "words"),
    [
        ("exten => call,1,Dial", "exten => dial,1,Dial", FAIL, "extension call"),
        ("051280110110", "PUT-THE-NUMBER-HERE", FAIL, "placeholders"),
        ("@mobile", "@fixed", WARN, "one way only"),
        ("gU(ccd-police-answered^${CCD_INCIDENT}^${CCD_KEY})", "g", WARN, "when they answer"),
    ],
)
def test_what_is_amiss_on_the_way_to_the_police_is_said(
    plan: Callable[..., Dialplan], was: str, becomes: str, status: Status, words: str
) -> None:
    [(found, text)] = say(emergencies.police, plan(police=POLICE.replace(was, becomes)))
    assert found is status
    assert words in text


def test_the_sample_as_it_is_shipped_is_no_way_to_the_police(plan: Callable[..., Dialplan]) -> None:
    sample = (SHIPPED / "ccd-police.conf.sample").read_text("utf-8")
    assert statuses(emergencies.police, plan(police=sample)) == [FAIL]


DRILL = "[ccd-drill-police]\nexten => s,1,"


@pytest.mark.parametrize(
    "step",
    [
        "Gosub(ccd-police,call,1)",
        "Goto(ccd-police,call,1)",
        'ExecIf($["1" = "1"]?Gosub(ccd-police,call,1))',
        'GotoIf($["1" = "1"]?here:ccd-police,call,1)',
        "Gosub(ccd-police-once,s,1)",
        "Dial(Local/call@ccd-police/n,30)",
        "Originate(Local/call@ccd-police,app,Wait,5)",
        "Dial(PJSIP/1001,30,U(ccd-police^call^1))",
        "Set(CHANNEL(hangup_handler_push)=ccd-police,call,1)",
        "TryExec(Gosub(ccd-police,call,1))",
    ],
)
def test_no_way_from_a_drill_to_the_police_stays_unseen(plan: Callable[..., Dialplan], step: str) -> None:
    [(status, text)] = say(emergencies.drills, plan((DRILL, f"{DRILL}{step}\n same => n,")))
    assert status is FAIL
    assert "ccd-police" in text


def test_an_include_is_a_way_to_the_police_as_well(plan: Callable[..., Dialplan]) -> None:
    changed = plan(("[ccd-tell]\n", "[ccd-tell]\ninclude => ccd-police\n"))
    assert statuses(emergencies.drills, changed) == [FAIL]


@pytest.mark.parametrize(
    "step",
    [
        "Goto(${SOMEWHERE},s,1)",
        "Gosub(${SOMEWHERE})",
        'GotoIf($["1" = "1"]?${SOMEWHERE},s,1)',
        "Dial(${PHONES},30)",
        "Dial(Local/1@${SOMEWHERE},30)",
        'ExecIf($["1" = "1"]?Goto(${SOMEWHERE},s,1))',
    ],
)
def test_a_drills_way_that_stands_in_a_variable_is_named(plan: Callable[..., Dialplan], step: str) -> None:
    changed = plan((DRILL, f"{DRILL}{step}\n same => n,"))
    [(status, text)] = say(emergencies.drills, changed)
    assert status is WARN
    assert "variable" in text


def test_the_police_are_reached_from_the_real_decision_alone(plan: Callable[..., Dialplan]) -> None:
    shipped = plan()
    contexts = {step.context for step in shipped.steps}
    lead_there = {name for name in contexts if way(shipped, [name], "ccd-police")}
    assert lead_there == {"ccd-decide", "ccd-unattended", "ccd-police-once", "ccd-police"}
    assert way(shipped, ["ccd-decide"], "ccd-police") == ["ccd-decide", "ccd-police-once", "ccd-police"]
    assert unclear(shipped, ["ccd-decide-drill"]) == []


def test_keys_and_locks_of_the_same_name_are_no_way() -> None:
    step = Step("ccd-decide-drill", "s", 1, "Set", "X=${DB(ccd-police/1)}${LOCK(ccd-police)}")
    assert way(Dialplan((step,), {}, live=True), ["ccd-decide-drill"], "ccd-police") == []


CODE = '*9,self,Gosub,"ccd-report,s,1(threat)"'


@pytest.mark.parametrize(
    ("features", "status"),
    [
        ({"ccd-threat": CODE}, OK),
        ({"ccd-threat": CODE.replace("self", "self/both")}, OK),
        ({"ccd-threat": CODE.replace("self", "peer")}, FAIL),
        ({"other": "*7,self,Playback,beep"}, FAIL),
        ({}, FAIL),
        (None, UNKNOWN),
    ],
)
def test_the_code_for_reports_is_looked_for(features: dict[str, str] | None, status: Status) -> None:
    assert statuses(emergencies.report_code, None, applicationmap=features) == [status]


def test_the_shipped_features_hold_the_code(tmp_path: Path) -> None:
    pbx = etc_of(tmp_path)
    shipped = (SHIPPED / "features-ccd.conf").read_text("utf-8")
    (tmp_path / "features.conf").write_text(f"[general]\n[featuremap]\n[applicationmap]\n{shipped}", "utf-8")
    assert statuses(emergencies.report_code, None, applicationmap=read_files(pbx).applicationmap) == [OK]


@pytest.mark.parametrize(
    ("was", "becomes", "status", "words"),
    [
        ("tcb(ccd-agent-leg^s^1)", "tc", WARN, "Queue(support,tcb(ccd-agent-leg^s^1))"),
        ("tcb(ccd-agent-leg^s^1)", ",,,30", WARN, "Queue(support,b(ccd-agent-leg^s^1),,,30)"),
        ("tcb(ccd-agent-leg^s^1)", "b(mine^s^1)", WARN, "[inbound] 800"),
        (
            "Answer()",
            "Set(__DYNAMIC_FEATURES=ccd-threat)",
            FAIL,
            "callers could report",
        ),
    ],
)
def test_whose_legs_have_the_code_is_judged(
    plan: Callable[..., Dialplan], was: str, becomes: str, status: Status, words: str
) -> None:
    [(found, text), *_] = say(emergencies.report_legs, plan(site=SITE.replace(was, becomes)))
    assert found is status
    assert words in text


def test_a_subroutine_of_the_sites_own_may_give_the_code(plan: Callable[..., Dialplan]) -> None:
    site = SITE.replace("b(ccd-agent-leg^s^1)", "b(mine^s^1)")
    site += "[mine]\nexten => s,1,Gosub(ccd-agent-leg,s,1)\n same => n,Return()\n"
    assert statuses(emergencies.report_legs, plan(site=site)) == [OK]


def named_prompts() -> frozenset[str]:
    """Those that packaging/prompts.toml has a text for."""
    text = (SHIPPED.parents[1] / "packaging/prompts.toml").read_text("utf-8")
    return frozenset(re.findall(r"(?m)^\[prompts\.([a-z0-9-]+)\]$", text))


def test_prompts_that_are_missing_are_named_by_language(plan: Callable[..., Dialplan]) -> None:
    every = named_prompts()
    whole = Sounds("/s", {"zh": every, "en": every})
    assert statuses(emergencies.prompts, plan(), sounds=whole) == [OK, OK]
    lacking = replace(whole, ours={"zh": every - {"threat-call", "stand-down-reason"}})
    (zh, zh_text), (en, en_text) = say(emergencies.prompts, plan(), sounds=lacking)
    assert (zh, en) == (WARN, WARN)
    assert "stand-down-reason, threat-call" in zh_text
    assert "/s/en/ccd" in en_text
    assert statuses(emergencies.prompts, plan(), sounds=None) == [UNKNOWN]


def test_sounds_are_read_from_where_asterisk_has_them(tmp_path: Path) -> None:
    pbx = etc_of(tmp_path)
    (tmp_path / "asterisk.conf").write_text(f"[directories]\nastdatadir => {tmp_path}/data\n")
    ours = tmp_path / "data/sounds/zh/ccd"
    ours.mkdir(parents=True)
    (ours / "threat-call.wav").touch()
    assert read_files(pbx).sounds == Sounds(f"{tmp_path}/data/sounds", {"zh": frozenset(("threat-call",))})


@pytest.mark.parametrize(("duty", "expected"), [(True, [OK]), (False, [WARN]), (None, [])])
def test_the_duty_leads_phones_are_to_stand_in_astdb(duty: bool | None, expected: list[Status]) -> None:
    assert statuses(emergencies.duty_cache, None, session=Session(duty=duty)) == expected


CHECKS = [getattr(emergencies, name) for name in emergencies.__all__]


@pytest.mark.parametrize("check", CHECKS)
def test_where_nobody_is_rung_nothing_is_asked(check: Check) -> None:
    observing = Policies(incidents=IncidentsSettings(mode="observe"))  # type: ignore[arg-type]
    empty = Dialplan((), {}, live=True)
    assert say(check, empty, needs_of(observing, AgiSettings()), session=Session(duty=False)) == []


def test_where_no_ladder_calls_the_police_no_way_to_them_is_asked_for(plan: Callable[..., Dialplan]) -> None:
    advising = IncidentsSettings.model_validate({"ladders": {"threat": {"police": "advise"}}})
    needs = needs_of(Policies(incidents=advising), AgiSettings())
    assert say(emergencies.police, plan(police=""), needs) == []


def test_what_cannot_be_seen_is_unknown() -> None:
    assert statuses(emergencies.contexts, None) == [UNKNOWN]
