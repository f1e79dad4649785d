"""What may be sent, and what is refused before a byte of it is."""

from __future__ import annotations

import pytest

from ccd.adapters.ami.actions import PendingAction


def wire(*fields: tuple[str, str]) -> list[str]:
    text = str(PendingAction(fields))
    assert text.endswith("\r\n\r\n")
    return text.removesuffix("\r\n\r\n").split("\r\n")


async def test_an_action_is_one_message_with_an_id_of_ours() -> None:
    lines = wire(("Action", "QueuePause"), ("Interface", "PJSIP/1001"), ("Reason", "餐: 午"), ("Paused", ""))
    assert {"Action: QueuePause", "Interface: PJSIP/1001", "Reason: 餐: 午", "Paused: "} < set(lines)
    assert [line.startswith("ActionID: ccd-") for line in lines].count(True) == 1
    assert len(lines) == 5


async def test_ids_cannot_be_guessed_from_each_other() -> None:
    ids = {PendingAction({"Action": "Ping"}).id for _ in range(100)}
    assert len(ids) == 100
    assert all(len(each) == len("ccd-") + 16 for each in ids)


async def test_values_of_a_repeated_name_keep_their_order() -> None:
    lines = wire(("Action", "Originate"), ("Variable", "b=1"), ("Channel", "x"), ("variable", "a=2"))
    assert [line for line in lines if line.startswith("Variable")] == ["Variable: b=1", "Variable: a=2"]


@pytest.mark.parametrize("at", [0, 1, 2])
@pytest.mark.parametrize("hostile", ["\r\nAction: Command", "\n", "\r", "\0", "\r\n\r\nAction: Originate"])
async def test_line_breaks_and_nul_are_refused(hostile: str, at: int) -> None:
    value = "ab"[:at] + hostile + "ab"[at:]
    with pytest.raises(ValueError, match=r"field Reason: .* starts another action"):
        PendingAction({"Action": "QueuePause", "Reason": value})
    with pytest.raises(ValueError, match="field name"):
        PendingAction({"Action": "QueuePause", "Reason" + value: "x"})


@pytest.mark.parametrize("name", ["", " ", "A B", "A:", "Æ", "-x", "X\u2028"])
async def test_names_are_plain(name: str) -> None:
    with pytest.raises(ValueError, match="field name"):
        PendingAction({"Action": "Ping", name: "x"})


async def test_a_line_that_asterisk_would_cut_in_two_is_refused() -> None:
    PendingAction({"Action": "Ping", "X": "张" * 332})  # 999 bytes
    for value in ("x" * 998, "张" * 333):
        with pytest.raises(ValueError, match=r"field X: .* bytes"):
            PendingAction({"Action": "Ping", "X": value})


async def test_more_fields_than_asterisk_takes_are_refused() -> None:
    with pytest.raises(ValueError, match="121 fields"):
        PendingAction([("Action", "Ping"), *[("Variable", "a=1")] * 120])


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({}, "exactly one field called Action"),
        ([("Action", "Ping"), ("action", "Command")], "exactly one field called Action"),
        ({"Action": "Ping", "ActionID": "1"}, "leave it out"),
        ({"Action": "Ping", "actionid": "1"}, "leave it out"),
        ({"Action": "Ping", "X": "\ud800"}, "UTF-8"),
        ({"Action": "Ping", "X": 1}, "text, not int"),
        ({"Action": "Ping", "X": None}, "text, not NoneType"),
    ],
)
async def test_what_cannot_be_meant_is_refused(fields: dict[str, str], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        PendingAction(fields)
