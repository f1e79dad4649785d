"""The police are never dialled in a drill, by construction: nothing that a drill uses leads to ccd-police."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

import pytest

from ccd.doctor.asteriskconf import read_config
from ccd.doctor.dialplan import from_config
from ccd.doctor.facts import Dialplan, Step
from tests.pbx.layout import SHIPPED

POLICE = "ccd-police"
DRILLS_USE = ("ccd-tell", "ccd-decide-drill", "ccd-whisper", "ccd-outside", "ccd-report", "ccd-report-code")
"""Where a ring that tells, a ring for a drill's decision, a whisper and a report enter the dialplan."""
_DATABASE = re.compile(r"\bDB(?:_\w+)?\([a-z-]+/")
_JUMP = re.compile(r"\b(?:Goto|GotoIf|Gosub|GosubIf|Macro)\(")


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> Dialplan:
    """All that is shipped, as a PBX would read it, with the site's own file as the sample has it."""
    folder = tmp_path_factory.mktemp("etc")
    names = ("extensions-ccd.conf", "extensions-ccd-incidents.conf", "ccd-police.conf.sample")
    text = "\n".join((SHIPPED / name).read_text("utf-8") for name in names)
    (folder / "extensions.conf").write_text(text, "utf-8")
    return from_config(read_config(folder / "extensions.conf"))


def written(step: Step) -> str:
    return f"{step.app}({step.data})"


def leads_to(step: Step, contexts: Iterable[str]) -> set[str]:
    """Every context a step names, by whatever application, option or channel; families of AstDB are none."""
    text = _DATABASE.sub("DB(", written(step))
    return {name for name in contexts if re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", text)}


def reached(plan: Dialplan, *entries: str) -> set[str]:
    contexts = {step.context for step in plan.steps} | set(plan.includes) | {POLICE}
    onward = {name: set(plan.includes.get(name, ())) for name in contexts}
    for step in plan.steps:
        onward[step.context] |= leads_to(step, contexts)
    found, left = set(entries), list(entries)
    while left:
        for name in onward.get(left.pop(), set()) - found:
            found.add(name)
            left.append(name)
    return found


def open_jumps(plan: Dialplan, contexts: set[str]) -> list[str]:
    """Steps whose context, or whose channel to dial, only a call's variables name."""
    found = []
    for step in plan.steps:
        if step.context not in contexts:
            continue
        text = written(step)
        places = [text[jump.end() :].partition("?")[2] or text[jump.end() :] for jump in _JUMP.finditer(text)]
        jumps = any(place.startswith("${") and not place.startswith("${IF(") for place in places)
        dials = step.app in ("Dial", "Originate") and "${" in step.data.partition("/")[0]
        if jumps or dials or re.search(r"Local/[^@]*@\$", text):
            found.append(text)
    return found


@pytest.mark.parametrize("entry", DRILLS_USE)
def test_nothing_that_a_drill_uses_leads_to_the_police(shipped: Dialplan, entry: str) -> None:
    assert entry in {step.context for step in shipped.steps}
    places = reached(shipped, entry)
    assert POLICE not in places
    assert not {"ccd-police-once", "ccd-decide", "ccd-unattended"} & places


def test_what_a_drill_uses_goes_nowhere_by_a_variable_but_to_the_cached_leads(shipped: Dialplan) -> None:
    """Their list is filtered: without an @ it names no context (and what ccd-outside dials is on a trunk)."""
    assert open_jumps(shipped, reached(shipped, *DRILLS_USE)) == [
        "Dial(${CCD_LEADS},${CCD_RING},gU(ccd-alone-told^${CCD_LEG}^${CCD_LADDER}^${CCD_SEAT}))"
    ]
    (leads,) = [step.data for step in shipped.steps if step.data.startswith("CCD_LEADS=")]
    allowed = re.fullmatch(r"CCD_LEADS=\$\{FILTER\(([^,]*),\$\{DB\(ccd-duty/\$\{ARG1\}\)\}\)\}", leads)
    assert allowed
    assert not set("@;,") & set(allowed[1])


def test_the_real_decision_does_lead_there_and_by_one_place_only(shipped: Dialplan) -> None:
    for entry in ("ccd-decide", "ccd-unattended"):
        assert POLICE in reached(shipped, entry)
    contexts = {step.context for step in shipped.steps}
    assert {step.context for step in shipped.steps if POLICE in leads_to(step, contexts)} == {
        "ccd-police-once"
    }
    into = {step.context for step in shipped.steps if "ccd-police-once" in leads_to(step, contexts)}
    assert into == {"ccd-decide", "ccd-unattended"}


@pytest.mark.parametrize(
    ("app", "data"),
    [
        ("Goto", "ccd-police,call,1"),
        ("GotoIf", '$["${CCD_DRILL}" = "0"]?ccd-police,call,1:here'),
        ("ExecIf", '$["${CCD_DRILL}" = "0"]?Gosub(ccd-police-once,s,1)'),
        ("Dial", "Local/call@ccd-police/n"),
        ("Dial", "PJSIP/1001,20,G(ccd-police^call^1)"),
        ("TryExec", "Originate(Local/s@ccd-drill-police/n,exten,ccd-police,call,1)"),
        ("Set", "CHANNEL(hangup_handler_push)=ccd-police,call,1"),
    ],
)
def test_a_way_that_somebody_adds_is_found(shipped: Dialplan, app: str, data: str) -> None:
    for context in ("ccd-decide-drill", "ccd-hear"):
        added = replace(shipped, steps=(*shipped.steps, Step(context, "s", 99, app, data)))
        assert POLICE in reached(added, "ccd-decide-drill")
    including = replace(shipped, includes={**shipped.includes, "ccd-drill-police": (POLICE,)})
    assert POLICE in reached(including, "ccd-decide-drill")


@pytest.mark.parametrize(
    ("app", "data"),
    [
        ("Goto", "${CCD_WHERE},call,1"),
        ("ExecIf", "1?Gosub(${CCD_WHERE},call,1)"),
        ("Dial", "${CCD_WHERE}"),
        ("Dial", "Local/call@${CCD_WHERE}/n"),
    ],
)
def test_a_way_that_only_a_variable_names_is_found(shipped: Dialplan, app: str, data: str) -> None:
    added = replace(shipped, steps=(*shipped.steps, Step("ccd-hear", "s", 99, app, data)))
    assert len(open_jumps(added, reached(added, "ccd-decide-drill"))) == 1


def test_the_sample_can_be_dialled_by_nobody(shipped: Dialplan) -> None:
    (first, second) = [step.data for step in shipped.steps if step.context == POLICE and step.app == "Dial"]
    for dialled in (first, second):
        assert not re.search(r"\d{3}", dialled)
    assert "@FIRST-TRUNK" in first
    assert "@SECOND-TRUNK" in second
