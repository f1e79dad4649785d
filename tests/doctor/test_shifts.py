"""The dialplan and the rules about shifts: what is shipped is good, what is of before or missing is named."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from ccd.config import AgiSettings, Policies
from ccd.doctor.asteriskconf import read_config
from ccd.doctor.checks import shifts
from ccd.doctor.dialplan import from_config
from ccd.doctor.facts import Dialplan, Facts
from ccd.doctor.finding import Status
from ccd.doctor.needs import needs_of
from tests.pbx.layout import SHIPPED

PHONES = "[phones]\ninclude => ccd-codes\n"
NEEDS = needs_of(Policies(), AgiSettings())
OFF = needs_of(
    Policies.model_validate(
        {name: {"mode": "off"} for name in ("meals", "breaks", "handover", "attendance")}
    ),
    AgiSettings(),
)
BEFORE = """
[ccd-codes]
exten => _*83X,1,Answer()
 same => n,PauseQueueMember(,${CCD_INTERFACE},,meal)
[ccd-sign-in]
exten => s,1,AGI(${CCD_DAEMON}/sign-in/${CCD_PBX},leave,11,,1001,agent-pass)
"""


@pytest.fixture
def plan(tmp_path: Path) -> Callable[..., Dialplan]:
    def make(*names: str, more: str = "") -> Dialplan:
        text = PHONES + "".join((SHIPPED / name).read_text("utf-8") for name in names) + more
        (tmp_path / "extensions.conf").write_text(text, "utf-8")
        return from_config(read_config(tmp_path / "extensions.conf"))

    return make


def test_the_shipped_dialplan_is_found_good(plan: Callable[..., Dialplan]) -> None:
    facts = Facts(dialplan=plan("extensions-ccd.conf", "extensions-ccd-shifts.conf"))
    found = [*shifts.pauses(facts, NEEDS), *shifts.pages(facts, NEEDS)]
    assert [(one.check, one.status) for one in found] == [
        ("pause-codes", Status.OK),
        ("page-dialplan", Status.OK),
    ]


@pytest.mark.parametrize(("mode", "status"), [("notify", Status.WARN), ("enforce", Status.FAIL)])
@pytest.mark.parametrize("policy", ["meals", "breaks"])
def test_codes_that_pause_without_asking_are_of_before(
    plan: Callable[..., Dialplan], policy: str, mode: str, status: Status
) -> None:
    needs = needs_of(Policies.model_validate({policy: {"mode": mode}}), AgiSettings())
    (found,) = shifts.pauses(Facts(dialplan=plan(more=BEFORE), config_dir="/etc/asterisk"), needs)
    assert (found.check, found.status) == ("pause-codes", status)
    assert "extensions-ccd.conf /etc/asterisk/ccd/extensions-ccd.conf" in found.mend


def test_without_the_file_of_shifts_its_line_is_told(plan: Callable[..., Dialplan]) -> None:
    facts = Facts(dialplan=plan("extensions-ccd.conf"), snippets=frozenset(("extensions-ccd-shifts.conf",)))
    (found,) = shifts.pages(facts, NEEDS)
    assert (found.status, found.mend) == (Status.WARN, "#tryinclude ccd/extensions-ccd-shifts.conf")


def test_nothing_is_asked_of_a_site_that_has_no_such_rules(plan: Callable[..., Dialplan]) -> None:
    facts = Facts(dialplan=plan(more=BEFORE))
    assert [*shifts.pauses(facts, OFF), *shifts.pages(facts, OFF)] == []
    assert [*shifts.pauses(Facts(), NEEDS), *shifts.pages(Facts(), NEEDS)] == []


def test_paging_needs_the_right_to_ring() -> None:
    quiet = {"incidents": {"mode": "off"}, "listening": {"mode": "off"}}
    assert "originate" in needs_of(Policies.model_validate(quiet), AgiSettings()).write
    everything = quiet | {name: {"mode": "off"} for name in ("meals", "breaks", "handover", "attendance")}
    assert "originate" not in needs_of(Policies.model_validate(everything), AgiSettings()).write
