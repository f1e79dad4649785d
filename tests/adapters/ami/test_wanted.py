"""The table of wanted events."""

from __future__ import annotations

import pytest

from ccd.adapters.ami.resync import LISTS
from ccd.adapters.ami.wanted import WANTED, Wanted
from ccd.following.follow import HANDLERS


def test_what_nothing_is_done_with_is_not_decoded() -> None:
    marks = {"FullyBooted", "Shutdown", *(f"{name}Complete" for name in LISTS)}
    assert set(WANTED) == set(HANDLERS) | marks


def test_it_is_a_mapping_of_its_own() -> None:
    table = Wanted()
    assert dict(table) == dict(WANTED)
    table["Newexten"] = None
    del table["Rename"]
    assert "Newexten" in table
    assert "Rename" not in table
    assert len(table) == len(WANTED)
    assert "Newexten" not in WANTED
    with pytest.raises(KeyError):
        table["Rename"]
    with pytest.raises(KeyError):
        del table["Rename"]


def test_both_views_say_the_same() -> None:
    table = Wanted()
    assert {name: predicate for name, predicate, _ in table.by_first_line.values()} == dict(table)
    assert set(table.by_first_line) == {f"Event: {name}".encode() for name in table}


@pytest.mark.parametrize("name", ["Shutdown", "FullyBooted"])
def test_what_the_session_lives_by_is_seen_though_nobody_wants_it(name: str) -> None:
    table = Wanted({"Hangup": None})
    first_line = f"Event: {name}".encode()
    assert name not in table
    table[name] = None
    assert table.by_first_line[first_line] == (name, None, True)
    del table[name]
    _, predicate, vital = table.by_first_line[first_line]
    assert vital
    assert predicate is not None
    assert not predicate(b"Event: anything")
