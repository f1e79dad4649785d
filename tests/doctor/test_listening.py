"""The dialplan of live listening: what is shipped is good, what is missing or can be dialled is named."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from ccd.config import AgiSettings, Policies
from ccd.doctor.asteriskconf import read_config
from ccd.doctor.checks import listening
from ccd.doctor.dialplan import from_config
from ccd.doctor.facts import Dialplan, Facts
from ccd.doctor.finding import Status
from ccd.doctor.needs import needs_of
from tests.pbx.layout import SHIPPED

NEEDS = needs_of(Policies(), AgiSettings())
OFF = needs_of(Policies.model_validate({"listening": {"mode": "off"}}), AgiSettings())
FILE = "extensions-ccd-listening.conf"


@pytest.fixture
def plan(tmp_path: Path) -> Callable[[str], Dialplan]:
    def make(text: str) -> Dialplan:
        (tmp_path / "extensions.conf").write_text(text, "utf-8")
        return from_config(read_config(tmp_path / "extensions.conf"))

    return make


def shipped() -> str:
    return (SHIPPED / FILE).read_text("utf-8")


def test_the_shipped_dialplan_is_found_good(plan: Callable[[str], Dialplan]) -> None:
    (found,) = listening.dialplan(Facts(dialplan=plan(shipped())), NEEDS)
    assert (found.check, found.status) == ("listening-dialplan", Status.OK)


def test_every_context_of_the_file_is_looked_for(plan: Callable[[str], Dialplan]) -> None:
    assert {step.context for step in plan(shipped()).steps} == listening.OURS


def test_without_the_file_its_line_is_told(plan: Callable[[str], Dialplan]) -> None:
    facts = Facts(dialplan=plan("[phones]\n"), snippets=frozenset((FILE,)))
    (found,) = listening.dialplan(facts, NEEDS)
    assert (found.status, found.mend) == (Status.WARN, f"#tryinclude ccd/{FILE}")


@pytest.mark.parametrize("context", sorted(listening.OURS))
def test_a_context_that_lets_callers_in_is_a_failure(plan: Callable[[str], Dialplan], context: str) -> None:
    facts = Facts(dialplan=plan(f"[phones]\ninclude => {context}\n" + shipped()))
    (found,) = listening.dialplan(facts, NEEDS)
    assert found.status is Status.FAIL
    assert f"[phones] includes {context}" in found.text


def test_nothing_is_asked_of_a_site_where_nobody_listens(plan: Callable[[str], Dialplan]) -> None:
    assert list(listening.dialplan(Facts(dialplan=plan("[phones]\n")), OFF)) == []
    assert list(listening.dialplan(Facts(), NEEDS)) == []


def test_ending_a_listening_needs_the_right_to_hang_up_and_ringing_that_to_ring() -> None:
    assert NEEDS.actions["Hangup"] == "system"
    quiet = {name: {"mode": "off"} for name in ("incidents", "meals", "breaks", "handover", "attendance")}
    assert "originate" in needs_of(Policies.model_validate(quiet), AgiSettings()).write
    assert "Hangup" not in OFF.actions
