"""What the dialplan shows: recorded before Queue() or not, who changes members, are our codes reached."""

from __future__ import annotations

from pathlib import Path

import pytest

from ccd.doctor.asteriskconf import read_config
from ccd.doctor.dialplan import from_config, from_items, including, queue_calls, writers
from ccd.doctor.facts import Dialplan, Step
from ccd.message import Message


def plan(tmp_path: Path, text: str) -> Dialplan:
    (tmp_path / "extensions.conf").write_text(text, "utf-8")
    return from_config(read_config(tmp_path / "extensions.conf"))


RECORDED = {
    "before it in the same extension": """
        [in]
        exten => 1,1,MixMonitor(${UNIQUEID}.wav)
         same => n,Queue(sales)""",
    "under a condition": """
        [in]
        exten => 1,1,ExecIf($["${X}" = ""]?MixMonitor(a.wav))
         same => n,Queue(sales,t)""",
    "in a subroutine": """
        [in]
        exten => _X.,1,Gosub(record,s,1(q))
         same => n,Queue(sales)
        [record]
        exten => s,1,Goto(really,s,1)
        [really]
        exten => s,1,MixMonitor(a.wav)""",
    "in a subroutine under a condition": """
        [in]
        exten => 1,1,GosubIf($[${X}]?record,s,1)
         same => n,Queue(sales)
        [record]
        exten => s,1,MixMonitor(a.wav)""",
    "in a macro": """
        [in]
        exten => 1,1,Macro(record,now)
         same => n,Queue(sales)
        [macro-record]
        exten => s,1,MixMonitor(a.wav)""",
    "on the only way there": """
        [in]
        exten => 1,1,MixMonitor(a.wav)
         same => n,Goto(queues,sales,1)
        [queues]
        exten => sales,1,Queue(sales)""",
    "in the same context, before a jump": """
        [in]
        exten => s,1,MixMonitor(a.wav)
         same => n,Goto(queue,1)
        exten => queue,1,Queue(sales)""",
    "before a loop": """
        [in]
        exten => 1,1,MixMonitor(a.wav)
         same => n,Goto(queues,sales,1)
        [queues]
        exten => sales,1,Queue(sales)
         same => n,Goto(menu,s,1)
        [menu]
        exten => s,1,GotoIf($[1]?queues,sales,1:menu,s,1)""",
    "on the way by a name that a variable gives": """
        [in]
        exten => _X.,1,MixMonitor(a.wav)
         same => n,Goto(queues,${EXTEN},1)
        [queues]
        exten => _[a-z].,1,Queue(sales)""",
    "on every way there": """
        [in]
        exten => 1,1,MixMonitor(a.wav)
         same => n,Goto(queues,sales,1)
        exten => 2,1,MixMonitor(b.wav)
         same => n,GotoIf($[1]?queues,sales,1)
        [queues]
        exten => sales,1,Queue(sales)""",
}
BARE = {
    "nowhere": "[in]\nexten => 1,1,Queue(sales)",
    "only after it": "[in]\nexten => 1,1,Queue(sales)\n same => n,MixMonitor(a.wav)",
    "in another extension": "[in]\nexten => 1,1,Queue(sales)\nexten => 2,1,MixMonitor(a.wav)",
    "on one of two ways": """
        [in]
        exten => 1,1,MixMonitor(a.wav)
         same => n,Goto(queues,sales,1)
        exten => 2,1,Goto(queues,sales,1)
        [queues]
        exten => sales,1,Queue(sales)""",
    "on the second of two ways through a loop": """
        [in]
        exten => 1,1,Goto(queues,sales,1)
        [queues]
        exten => sales,1,Queue(sales)
         same => n,MixMonitor(a.wav)
         same => n,Goto(queues,sales,1)""",
    "in a subroutine that is never called": """
        [in]
        exten => 1,1,Queue(sales)
         same => n,Gosub(record,s,1)
        [record]
        exten => s,1,MixMonitor(a.wav)""",
    "in circles": """
        [a]
        exten => 1,1,Queue(sales)
         same => n,Goto(b,1,1)
        [b]
        exten => 1,1,Goto(a,1,1)""",
}


@pytest.mark.parametrize(
    ("text", "recorded"),
    [pytest.param(text, True, id=name) for name, text in RECORDED.items()]
    + [pytest.param(text, False, id=name) for name, text in BARE.items()],
)
def test_a_recording_before_the_queue_is_found(tmp_path: Path, text: str, recorded: bool) -> None:
    ((_, found),) = queue_calls(plan(tmp_path, text))["sales"]
    assert found is recorded


def test_a_queue_named_by_a_variable_keeps_that_name(tmp_path: Path) -> None:
    found = queue_calls(plan(tmp_path, "[queues]\nexten => _8XX,1,Queue(${EXTEN},t)"))
    assert list(found) == ["${EXTEN}"]


def test_others_who_move_members_are_found_and_our_own_codes_are_not(tmp_path: Path) -> None:
    text = """
        [ccd-codes]
        exten => *85,1,AddQueueMember(sales,PJSIP/1001)
        [app-toggle]
        exten => *45,1,ExecIf($[1]?RemoveQueueMember(sales,PJSIP/1001))
        exten => *46,1,PauseQueueMember(,PJSIP/1001)
        [quiet]
        exten => 1,1,Answer()"""
    found = writers(plan(tmp_path, text))
    assert {context: [step.extension for step in steps] for context, steps in found.items()} == {
        "app-toggle": ["*45", "*46"]
    }


def test_the_file_gives_priorities_labels_and_globals(tmp_path: Path) -> None:
    text = """
        [globals]
        CCD_AGI = agi://127.0.0.1:4573
        [phones]
        include => ccd-codes
        include => late,09:00-17:00
        exten => 1,1(first),Answer()
         same => n(then),Playback(a,b)
        exten => 1,hint,PJSIP/1
         same => n,Hangup"""
    found = plan(tmp_path, text)
    assert found.agi_address == "agi://127.0.0.1:4573"
    assert including(found, "ccd-codes") == ["phones"]
    assert including(found, "late") == ["phones"]
    assert list(found.steps) == [
        Step("phones", "1", 1, "Answer", ""),
        Step("phones", "1", 2, "Playback", "a,b"),
        Step("phones", "1", 3, "Hangup", ""),
    ]


def test_what_the_pbx_lists_reads_like_the_file() -> None:
    items = [
        Message.of(
            Event="ListDialplan",
            Context="in",
            Extension="1",
            ExtensionLabel="here",
            Priority="2",
            Application="Queue",
            AppData="sales,t",
        ),
        Message.of(Event="ListDialplan", Context="in", IncludeContext="ccd-codes"),
        Message.of(Event="ListDialplan", Context="in", Switch="Local/default"),
        Message.of(Event="ListDialplan", Context="in", Extension="2", Priority="hint", Application="PJSIP/1"),
    ]
    found = from_items(items)
    assert found.steps == (Step("in", "1", 2, "Queue", "sales,t"),)
    assert including(found, "ccd-codes") == ["in"]
    assert found.live
