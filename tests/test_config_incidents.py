"""Ladders, the police, drills: what a file changes and what it leaves, and how a fault is told."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from ccd.config import ConfigError, Settings, load
from ccd.config_faults import Fault
from ccd.config_incidents import IncidentsSettings, LadderSettings
from ccd.roster_cells import Role

DEFAULT = Settings().policies.incidents


@pytest.fixture(autouse=True)
def no_settings_from_here(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Nothing of the machine that runs the tests."""
    import os

    for variable in os.environ:
        if variable.startswith("CCD_"):
            monkeypatch.delenv(variable)
    monkeypatch.chdir(tmp_path)


def incidents(text: str) -> IncidentsSettings:
    file = Path("ccd.toml")
    file.write_text(text, "utf-8")
    return load(file).policies.incidents


def faults(text: str) -> tuple[Fault, ...]:
    with pytest.raises(ConfigError) as error:
        incidents(text)
    assert all(fault.place == "ccd.toml" for fault in error.value.faults)
    return error.value.faults


# --- the ladders of the manual -----------------------------------------------------------------------------


def test_the_ladder_of_a_threat_is_the_manuals() -> None:
    threat = DEFAULT.ladders["threat"]
    assert (threat.arrive_within_s, threat.arrive_role, threat.police) == (900, "operations_manager", "call")
    assert [rung.role for rung in threat.rungs][:2] == [Role.DUTY_LEAD, Role.OPERATIONS_MANAGER]
    assert threat.record
    assert threat.severity == "high"


def test_of_the_other_ladders_none_calls_the_police_and_each_begins_with_the_duty_lead() -> None:
    others = {name: ladder for name, ladder in DEFAULT.ladders.items() if name != "threat"}
    assert set(others) == {"intruder", "fire", "danger", "leak"}
    assert {ladder.police for ladder in others.values()} == {"advise"}
    assert {ladder.rungs[0].role for ladder in DEFAULT.ladders.values()} == {Role.DUTY_LEAD}


@pytest.mark.parametrize(
    ("ladder", "key", "value", "written"),
    [
        ("threat", "arrive_within_s", 600.0, "600"),
        ("threat", "police", "confirm", '"confirm"'),
        ("threat", "whisper", False, "false"),
        ("intruder", "severity", "high", '"high"'),
        ("fire", "enabled", False, "false"),
        ("leak", "whisper", False, "false"),
    ],
)
def test_a_changed_key_leaves_everything_else(ladder: str, key: str, value: object, written: str) -> None:
    found = incidents(f"[policies.incidents.ladders.{ladder}]\n{key} = {written}\n")
    changed = DEFAULT.ladders[ladder].model_copy(update={key: value})
    assert getattr(DEFAULT.ladders[ladder], key) != value
    assert found == DEFAULT.model_copy(update={"ladders": {**DEFAULT.ladders, ladder: changed}})


def test_rungs_are_replaced_all_together() -> None:
    found = incidents('[[policies.incidents.ladders.threat.rungs]]\nrole = "team_lead"\nring_s = 30\n')
    (rung,) = found.ladders["threat"].rungs
    assert (rung.role, rung.ring_s, rung.turn_s) == (Role.TEAM_LEAD, 30, 30)
    assert found.ladders["threat"].arrive_within_s == 900


def test_only_the_means_that_are_named_are_used() -> None:
    rung = '{ role = "duty_lead", means = { console = 0, phone = 10 } }'
    found = incidents(f"[policies.incidents.ladders.fire]\nrungs = [{rung}]\n")
    assert found.ladders["fire"].rungs[0].means == {"console": 0, "phone": 10}


def test_a_ladder_of_a_new_name_is_the_plain_one_beside_the_others() -> None:
    found = incidents('[policies.incidents.ladders.flood]\nseverity = "low"\n')
    assert found.ladders["flood"] == LadderSettings(severity="low")
    assert found.ladders["flood"].police == "advise"
    assert {name: found.ladders[name] for name in DEFAULT.ladders} == DEFAULT.ladders


def test_a_variable_changes_one_key_of_a_ladder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CCD_POLICIES__INCIDENTS__LADDERS__THREAT__ARRIVE_WITHIN_S", "300")
    threat = load(None).policies.incidents.ladders["threat"]
    assert threat == DEFAULT.ladders["threat"].model_copy(update={"arrive_within_s": 300})


def test_the_engine_reads_its_settings_back_unchanged() -> None:
    text = '[policies.incidents.ladders.leak]\nenabled = false\n[policies.incidents.police]\nnumber = "110"'
    Path("ccd.toml").write_text(text + "\nproved_on = 2026-01-31\n", "utf-8")
    settings = load(Path("ccd.toml"))
    assert settings.policies.incidents.police.proved_on == date(2026, 1, 31)
    assert Settings.model_validate_json(settings.model_dump_json()) == settings


@pytest.mark.parametrize("written", ["2026-01-31", '"2026-01-31"'])
def test_a_day_is_written_with_or_without_quotes(written: str) -> None:
    police = incidents(f"[policies.incidents.police]\nproved_on = {written}\nproved_second_on = ''").police
    assert (police.proved_on, police.proved_second_on) == (date(2026, 1, 31), None)


def test_an_unattended_call_is_possible_once_there_is_a_number() -> None:
    found = incidents(
        '[policies.incidents.ladders.threat]\npolice = "unattended"\n'
        '[policies.incidents.police]\nnumber = "110"\n'
    )
    assert found.ladders["threat"].police == "unattended"


# --- faults ------------------------------------------------------------------------------------------------

LADDER = "policies.incidents.ladders"


@pytest.mark.parametrize(
    ("text", "key", "said"),
    [
        (
            f"[{LADDER}.fire]\nrungs = [{{ role = 'duty_lead', means = {{ pager = 1 }} }}]",
            f"{LADDER}.fire.rungs.0.means.pager",
            "must be one of 'phone', 'console', 'mqtt', 'email' or 'webhook' (given: \"pager\")",
        ),
        (
            f"[{LADDER}.fire]\nrungs = [{{ role = 'duty_lead', means = {{ phone = 'now' }} }}]",
            f"{LADDER}.fire.rungs.0.means.phone",
            'must be a number (given: "now")',
        ),
        (
            f"[{LADDER}.fire]\nrungs = [{{ role = 'duty_lead' }}, {{ role = 'boss' }}]",
            f"{LADDER}.fire.rungs.1.role",
            "must be one of 'agent', 'telesales'",
        ),
        (
            f"[[{LADDER}.fire.rungs]]\nrole = 'duty_lead'\nring = 5",
            f"{LADDER}.fire.rungs.0.ring",
            "unknown key (ring_s?)",
        ),
        (
            f"[[{LADDER}.fire.rungs]]\nrole = 'duty_lead'\nring_s = 1",
            f"{LADDER}.fire.rungs.0.ring_s",
            "must be 5.0 or more (given: 1)",
        ),
        (
            f"[{LADDER}.fire]\nrungs = []",
            f"{LADDER}.fire.rungs",
            "is empty; write one entry or more, or leave the key out",
        ),
        (
            f"[{LADDER}.threat]\nwarn_before_s = 1000",
            f"{LADDER}.threat",
            "warn_before_s = 1000.0 is more than arrive_within_s = 900.0; lower the first or raise",
        ),
        (
            f"[{LADDER}.threat]\narrive_within_s = 60",
            f"{LADDER}.threat",
            "warn_before_s = 120 is more than arrive_within_s = 60.0",
        ),
        (
            f"[{LADDER}.threat]\npolice = 'unattended'",
            "policies.incidents",
            'ladders.threat: police = "unattended" needs police.number; set it, or police = "call"',
        ),
        (
            f"[{LADDER}.leak]\npolice = 'maybe'",
            f"{LADDER}.leak.police",
            "must be one of 'call', 'confirm', 'advise' or 'unattended' (given: \"maybe\")",
        ),
        (f"[{LADDER}.'Fire 2']\nenabled = true", f"{LADDER}.Fire 2", "is no name of a ladder; use small"),
        (f"[{LADDER}.threat]\npolise = 'call'", f"{LADDER}.threat.polise", "unknown key (police?)"),
        (f"[{LADDER}]\nthreat = 5", f"{LADDER}.threat", "is a section; write"),
        ("[policies.incidents]\nladders = 5", LADDER, "is a section; write"),
        ("[policies.incidents]\nmode = 'on'", "policies.incidents.mode", "must be one of 'off', 'observe'"),
        (
            "[policies.incidents]\nstand_down_roles = ['king']",
            "policies.incidents.stand_down_roles.0",
            "must be one of 'agent'",
        ),
        (
            f"[policies.incidents.police]\nnumber = '{'1' * 33}'",
            "policies.incidents.police.number",
            "must have 32 characters at most",
        ),
        (
            "[policies.incidents.police]\nproved_on = 'soon'",
            "policies.incidents.police.proved_on",
            'must be a day such as 2026-01-31, or empty (given: "soon")',
        ),
        (
            "[policies.incidents.drill]\nfast_factor = 0",
            "policies.incidents.drill.fast_factor",
            "must be more than 0.0 (given: 0)",
        ),
        ("[notify.webhooks.'The desk']\nurl = 'https://a'", "notify.webhooks.The desk", "is no name; use"),
        (
            "[notify.webhooks.a]\nurl = 'ftp://a'",
            "notify.webhooks.a.url",
            "begins with https:// (or http://)",
        ),
        ("[mqtt]\nprefix = 'a/#'", "mqtt.prefix", 'without +, # and blanks, such as ccd (given: "a/#")'),
        ("[notify.email]\ntls = 'ssl'", "notify.email.tls", "must be one of 'none', 'starttls' or 'tls'"),
        ("[store]\nspool_bytes = 5", "store.spool_bytes", "must be 65536 or more (given: 5)"),
    ],
)
def test_a_fault_names_the_key_and_the_mend(text: str, key: str, said: str) -> None:
    (fault,) = faults(text)
    assert fault.key == key
    assert said in fault.text()
    assert fault.text("zh_CN") != fault.text()


def test_a_fault_of_a_ladder_given_by_a_variable_names_the_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    variable = "CCD_POLICIES__INCIDENTS__LADDERS__THREAT__POLICE"
    monkeypatch.setenv(variable, "maybe")
    with pytest.raises(ConfigError) as error:
        load(None)
    assert str(error.value).startswith(f"${variable}: {LADDER}.threat.police: must be one of 'call'")


def test_an_address_that_may_hold_a_password_is_never_repeated() -> None:
    (fault,) = faults("[notify.webhooks.a]\nurl = 'ftp://li:hunter2@a'")
    assert "hunter2" not in fault.text() + fault.text("zh_CN")
