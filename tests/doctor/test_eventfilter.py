"""Filters are judged as Asterisk applies them (test_on_asterisk.py asks Asterisk about the same table)."""

from __future__ import annotations

from pathlib import Path

import pytest

from ccd.doctor.asteriskconf import Entry
from ccd.doctor.eventfilter import hidden_by, parse_filters, understands_options
from ccd.doctor.needs import EVENTS
from ccd.message import Message

NEW = (22, 10, 1)
OLD = (16, 28, 0)

PROBES = {
    "plain": {"UserEvent": "Probe", "Tone": "plain"},
    "local": {"UserEvent": "Probe", "Channel": "Local/1001@agents-00000001;1"},
    "pjsip": {"UserEvent": "Probe", "Channel": "PJSIP/1001-00000001"},
    "other": {"UserEvent": "Other", "Channel": "PJSIP/1001-00000001"},
}
"""UserEvents, which anybody may cause: what a filter does to them it does to every event."""

EVERY = set(PROBES)

CASES: list[tuple[list[str], set[str], bool]] = [
    ([], EVERY, True),
    (["eventfilter = !Channel: Local/"], {"plain", "pjsip", "other"}, True),
    (["eventfilter = !UserEvent: Probe"], {"other"}, True),
    (["eventfilter = UserEvent: Probe"], {"plain", "local", "pjsip"}, True),
    (["eventfilter = UserEvent: Probe", "eventfilter = !Channel: Local/"], {"plain", "pjsip"}, True),
    (["eventfilter = !Channel: (PJSIP|Local)/1001"], {"plain"}, True),
    (["eventfilter = !^Event: UserEvent"], set(), True),
    (["eventfilter = !^UserEvent"], EVERY, True),
    (["eventfilter = !Event: UserEvent[^|]*Channel: PJSIP"], {"plain", "local"}, True),
    (["eventfilter = Event: Hangup"], set(), True),
    (["eventfilter(action(exclude),name(UserEvent)) ="], set(), False),
    (["eventfilter(action(exclude),name(Hangup)) ="], EVERY, False),
    (
        ["eventfilter(action(exclude),header(Channel),method(starts_with)) = Local/"],
        {"plain", "pjsip", "other"},
        False,
    ),
    (
        ["eventfilter(action(exclude),header(Channel),method(ends_with)) = ;1"],
        {"plain", "pjsip", "other"},
        False,
    ),
    (["eventfilter(action(exclude),header(UserEvent),method(exact)) = Probe"], {"other"}, False),
    (
        ["eventfilter(action(exclude),header(UserEvent),method(exact)) = Prob"],
        EVERY,
        False,
    ),
    (
        ["eventfilter(action(exclude),header(Channel),method(contains)) = @agents"],
        {"plain", "pjsip", "other"},
        False,
    ),
    (["eventfilter(name(UserEvent),header(Channel),method(regex)) = ^PJSIP/10"], {"pjsip", "other"}, False),
    (["eventfilter(action(exclude),name(UserEvent),header(Channel)) ="], {"plain"}, False),
    (["eventfilter(action(exclude),header(Nowhere)) ="], EVERY, False),
    (["eventfilter(action(exclude),name(userevent)) ="], EVERY, False),
    (["eventfilter(action(exclude),header(channel),method(starts_with)) = Local/"], EVERY, False),
    (["eventfilter(action(exclude),header(UserEvent)) = Probe"], EVERY, False),
    (["eventfilter(action(exclude),header(UserEvent),method(exact)) ="], EVERY, False),
    (["eventfilter(action(exclude)) ="], EVERY, False),
    (["eventfilter(action(hide),name(UserEvent)) ="], EVERY, False),
    (["eventfilter(action(exclude),method(like)) = Probe"], EVERY, False),
    (["eventfilter(action(exclude),event(UserEvent)) ="], EVERY, False),
    (
        ["eventfilter(action(include),header(Channel),method(regex)) = 1001"],
        {"local", "pjsip", "other"},
        False,
    ),
    (["eventfilter(name(UserEvent),method(contains)) = Tone"], {"plain"}, False),
]
"""Lines of a user's section, which of the probes arrive, and whether Asterisk 16 knows this form."""


def entries(lines: list[str]) -> list[Entry]:
    split = (line.partition(" =") for line in lines)
    return [Entry(key, value.strip(), Path("manager.conf"), 1) for key, _, value in split]


def _probe(headers: dict[str, str]) -> Message:
    return Message.of(Event="UserEvent", Privilege="user,all", **headers)


@pytest.mark.parametrize(("lines", "arriving", "old_too"), CASES)
def test_what_arrives_is_foretold(lines: list[str], arriving: set[str], old_too: bool) -> None:
    for version in (NEW, OLD) if old_too else (NEW,):
        filters = parse_filters(entries(lines), version)
        assert {name for name, probe in PROBES.items() if not hidden_by(filters, _probe(probe))} == arriving


def test_a_line_this_version_ignores_hides_nothing_and_is_named() -> None:
    (ignored,) = parse_filters(entries(["eventfilter(action(exclude),name(UserEvent)) ="]), OLD)
    assert "ignores the line" in ignored.fault
    assert not hidden_by([ignored], _probe(PROBES["plain"]))


def test_a_line_that_is_no_regular_expression_hides_nothing_and_is_named() -> None:
    (broken,) = parse_filters(entries(["eventfilter = !Event: (Hangup"]), NEW)
    assert "not a regular expression" in broken.fault
    assert not hidden_by([broken], Message.of(Event="Hangup"))


@pytest.mark.parametrize(
    ("version", "expected"),
    [
        ((16, 28, 0), False),
        ((18, 26, 0), False),
        ((20, 10, 1), False),
        ((20, 11, 0), True),
        ((21, 5, 0), False),
        ((21, 6, 0), True),
        ((22, 0, 0), False),
        ((22, 1, 0), True),
        ((23, 0, 0), True),
        ((), False),
    ],
)
def test_the_form_with_options_came_with_these_versions(version: tuple[int, ...], expected: bool) -> None:
    assert understands_options(version) is expected


@pytest.mark.parametrize(
    ("line", "hidden"),
    [
        ("eventfilter = !Event: Hangup", "Hangup"),
        ("eventfilter = !Variable: MIX", "VarSet"),
        ("eventfilter = !Channel: Local/", "Newchannel"),
        ("eventfilter(action(exclude),name(QueueMemberPause)) =", "QueueMemberPause"),
        ("eventfilter = Event: Queue", "Hangup"),
    ],
)
def test_a_filter_that_hides_what_is_followed_is_seen_on_the_samples(line: str, hidden: str) -> None:
    filters = parse_filters(entries([line]), NEW)
    assert hidden in {sample.name for sample in EVENTS if hidden_by(filters, sample)}
