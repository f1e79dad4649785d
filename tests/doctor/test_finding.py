"""What the doctor prints can be read by people and by programs, whatever the PBX called its things."""

from __future__ import annotations

import json

import pytest

from ccd.doctor import Finding, Status, as_json, as_text, worst

FINE = Finding("clock", Status.OK, "the clocks agree", "not shown")
BAD = Finding(
    "writetimeout", Status.FAIL, "not set", "[ccd]\nwritetimeout = 5000", "/etc/asterisk/manager.conf"
)
BLIND = Finding("acl", Status.UNKNOWN, "cannot be seen")
SO_SO = Finding("queues", Status.WARN, "the PBX has no queue")


@pytest.mark.parametrize(
    ("findings", "expected"),
    [
        ([], Status.OK),
        ([FINE], Status.OK),
        ([FINE, BLIND], Status.UNKNOWN),
        ([SO_SO, BLIND, FINE], Status.WARN),
        ([SO_SO, BAD, FINE], Status.FAIL),
    ],
)
def test_the_gravest_status_counts(findings: list[Finding], expected: Status) -> None:
    assert worst(findings) is expected


def test_every_finding_that_is_not_ok_shows_its_line_and_its_file() -> None:
    text = as_text("main", [FINE, BAD])
    assert "FAIL     writetimeout       not set" in text
    assert "in /etc/asterisk/manager.conf:" in text
    assert "writetimeout = 5000" in text
    assert "not shown" not in text
    assert text.endswith("1 fail, 1 ok")


def test_json_holds_every_field() -> None:
    told = json.loads(as_json("main", [BAD]))
    assert told["pbx"] == "main"
    assert told["status"] == "fail"
    assert told["findings"] == [
        {
            "check": "writetimeout",
            "status": "fail",
            "text": "not set",
            "mend": "[ccd]\nwritetimeout = 5000",
            "file": "/etc/asterisk/manager.conf",
        }
    ]


def test_a_name_from_the_pbx_cannot_move_the_cursor() -> None:
    text = as_text("main", [Finding("queues", Status.WARN, "queue \x1b[2J\x07 张三 \u202e", "\x1b[31mx")])
    assert not set(text) & {"\x1b", "\x07", "\u202e"}
    assert "张三" in text
