"""What can be drawn, and by which recording it is heard: every reason, just inside and just outside."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from ccd.config_sampling import SamplingSettings
from ccd.events.quality import Conversation, Taken
from ccd.sampling.eligible import REASONS, chosen, offset_of, why_not

CONNECTED = datetime(2026, 3, 2, 1, tzinfo=UTC)
TALK_S = 100.0
ENDED = CONNECTED + timedelta(seconds=TALK_S)


def at(seconds: float) -> datetime:
    return CONNECTED + timedelta(seconds=seconds)


def taken(start: float = 0, stop: float | None = TALK_S, state: str = "final", **more: Any) -> Taken:
    stopped = None if stop is None else at(stop)
    return Taken(more.pop("name", "r"), "r.wav", at(start), stopped, state, 1, "", **more)


def conversation(*recordings: Taken, **more: Any) -> Conversation:
    told = {
        "unit": "u",
        "pbx": "main",
        "call": "c",
        "uniqueid": "c",
        "queue": "support",
        "interface": "PJSIP/1",
        "people": ("2000",),
        "kind": "queue",
        "caller_number": "1",
        "connected": CONNECTED,
        "ended": ENDED,
        "talk_s": TALK_S,
        "taken": recordings,
    }
    return Conversation(**(told | more))


def reason(one: Conversation, settings: dict[str, Any] | None = None, **about: Any) -> str:
    section = SamplingSettings.model_validate(settings or {})
    known = {"person": "2000", "scored": True, "excluded": False, "held": False}
    return why_not(one, chosen(one, section.cover_s), section, **(known | about))


FINE = conversation(taken())


def long(talk_s: float, **more: Any) -> Conversation:
    return conversation(taken(), talk_s=talk_s, **more)


def paused(*span: float | None) -> Conversation:
    began, ended = span
    assert began is not None
    return conversation(taken(paused=((at(began), None if ended is None else at(ended)),)))


@pytest.mark.parametrize(
    ("one", "settings", "about", "expected"),
    [
        (FINE, {}, {}, ""),
        (FINE, {}, {"too_late": True}, "too_late"),
        (conversation(taken(), seen=False), {}, {}, "unseen"),
        (FINE, {}, {"person": ""}, "nobody"),
        (FINE, {}, {"scored": False}, "not_scored"),
        (FINE, {}, {"excluded": True}, "excluded"),
        (long(19.999), {}, {}, "too_short"),
        (long(20), {}, {}, ""),
        (long(0.001), {"min_s": 0}, {}, ""),
        (long(99.9), {"max_s": 100}, {}, ""),
        (long(100), {"max_s": 100}, {}, ""),
        (long(100.001), {"max_s": 100}, {}, "too_long"),
        (long(80_000), {"max_s": 0}, {}, ""),
        (conversation(), {}, {}, "not_recorded"),
        (conversation(taken(5)), {}, {}, ""),
        (conversation(taken(5.001)), {}, {}, "not_recorded"),
        (conversation(taken(0, TALK_S - 5)), {}, {}, ""),
        (conversation(taken(0, TALK_S - 5.001)), {}, {}, "not_recorded"),
        (conversation(taken(0.001)), {"cover_s": 0}, {}, "not_recorded"),
        (conversation(taken()), {"cover_s": 0}, {}, ""),
        (conversation(taken(-600, -300)), {}, {}, "not_recorded"),
        (conversation(taken(TALK_S, TALK_S + 60)), {}, {}, "not_recorded"),
        (conversation(taken(state="")), {}, {}, "not_final"),
        (conversation(taken(stop=None, state="")), {}, {}, "not_final"),
        (conversation(taken(stop=None, state="final")), {}, {}, "not_final"),
        (conversation(taken(state="something new")), {}, {}, "not_final"),
        (conversation(taken(state="missing")), {}, {}, "missing"),
        (conversation(taken(state="empty")), {}, {}, "empty"),
        (conversation(taken(state="outside")), {}, {}, "outside"),
        (conversation(taken(state="unreadable")), {}, {}, "unreadable"),
        (paused(10, 20), {}, {}, "paused"),
        (paused(10, None), {}, {}, "paused"),
        (paused(-10, 0), {}, {}, ""),
        (paused(-10, 0.001), {}, {}, "paused"),
        (paused(TALK_S, TALK_S + 9), {}, {}, ""),
        (paused(TALK_S - 0.001, TALK_S + 9), {}, {}, "paused"),
        (paused(10, 20), {"paused": "allow"}, {}, ""),
        (FINE, {}, {"held": True}, "held"),
    ],
)
def test_each_reason_has_its_edge(
    one: Conversation, settings: dict[str, Any], about: dict[str, Any], expected: str
) -> None:
    assert reason(one, settings, **about) == expected


def test_the_reasons_are_a_closed_set_and_the_first_that_fits_is_told() -> None:
    """Taken away one by one from a conversation that has all of them, each shows the next."""
    wrong = conversation(taken(state="missing", paused=((at(1), at(2)),)), seen=False, talk_s=1.0)
    about: dict[str, Any] = {"too_late": True, "person": "", "scored": False, "excluded": True, "held": True}
    found = [reason(wrong, **about)]
    for mended in ({"too_late": False}, {"person": "2000"}, {"scored": True}, {"excluded": False}):
        if mended == {"person": "2000"}:
            wrong = msgspec.structs.replace(wrong, seen=True)
            found.append(reason(wrong, **about))
        about |= mended
        found.append(reason(wrong, **about))
    wrong = msgspec.structs.replace(wrong, talk_s=TALK_S)
    found.append(reason(wrong, **about))
    for state in ("empty", "outside", "unreadable", "", "final"):
        (recording,) = wrong.taken
        wrong = msgspec.structs.replace(wrong, taken=(msgspec.structs.replace(recording, state=state),))
        found.append(reason(wrong, **about))
    found.append(reason(wrong, {"paused": "allow"}, **about))
    seen = tuple(dict.fromkeys(found))
    assert seen == (
        *("too_late", "unseen", "nobody", "not_scored", "excluded", "too_short", "missing"),
        *("empty", "outside", "unreadable", "not_final", "paused", "held"),
    )
    assert set(seen) | {"too_long", "not_recorded"} == set(REASONS)


# --- which recording --------------------------------------------------------------------------------------

WHOLE = taken(-30, 130, name="whole")


@pytest.mark.parametrize(
    ("recordings", "expected"),
    [
        ((taken(4, name="later"), taken(0, name="earlier")), "earlier"),
        ((taken(3, 98, name="part"), WHOLE), "whole"),
        ((taken(name="own", state="missing"), taken(2, name="other")), "other"),
        ((taken(name="own", state="missing"), taken(50, name="half")), "own"),
        ((WHOLE, taken(-10, 120, name="other")), "whole"),
        ((taken(name="b"), taken(name="a")), "a"),
    ],
)
def test_it_is_heard_by_a_final_one_that_covers_it_and_then_by_the_one_that_has_most_of_it(
    recordings: tuple[Taken, ...], expected: str
) -> None:
    for order in (recordings, recordings[::-1]):
        found = chosen(conversation(*order), 5)
        assert found is not None
        assert found.recording == expected


@pytest.mark.parametrize(("start", "expected"), [(-30, 30.0), (0, 0.0), (3, 0.0), (-0.25, 0.25)])
def test_the_offset_is_where_the_conversation_begins_in_it(start: float, expected: float) -> None:
    assert offset_of(taken(start), CONNECTED) == expected


def test_without_a_recording_there_is_no_offset() -> None:
    assert offset_of(None, CONNECTED) == 0.0


def test_a_conversation_shorter_than_what_may_be_missing_must_still_be_in_it() -> None:
    short = conversation(taken(3, 60), ended=at(3), talk_s=3.0)
    assert chosen(short, 5) is None
