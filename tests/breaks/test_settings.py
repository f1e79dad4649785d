"""Settings of breaks: each reason is laid over its default, and config/ccd.toml shows them all."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pydantic import ValidationError

from ccd.config_breaks import BreaksSettings

ROOT = Path(__file__).parents[2]


def test_a_reason_keeps_what_the_file_does_not_say_of_it() -> None:
    settings = BreaksSettings.model_validate({"reasons": {"break": {"times": 3}, "prayer": {"minutes": 10}}})
    found = settings.reason("break")
    assert found is not None
    assert (found.times, found.minutes) == (3, 15)
    assert settings.reason("prayer") is not None
    assert settings.reason("training") is not None


def test_a_reason_can_be_taken_away() -> None:
    settings = BreaksSettings.model_validate({"reasons": {"callback": {"enabled": False}}})
    assert settings.reason("callback") is None
    assert "callback" not in settings.known


def test_settings_told_again_are_the_same() -> None:
    settings = BreaksSettings.model_validate({"reasons": {"prayer": {"minutes": 10}}})
    assert BreaksSettings.model_validate_json(settings.model_dump_json()) == settings


@pytest.mark.parametrize(
    "wrong",
    [
        {"break": {"cap_share": 1.1}},
        {"break": {"minutes": -1}},
        {"break": {"roles": ["cook"]}},
        {"break": {"minute": 5}},
        {"a b": {}},
    ],
)
def test_what_makes_no_sense_is_refused(wrong: object) -> None:
    with pytest.raises(ValidationError):
        BreaksSettings.model_validate({"reasons": wrong})


def test_every_reason_of_the_dialplan_is_known_by_default() -> None:
    """But the meal, which is of the meals."""
    text = (ROOT / "config/asterisk/extensions-ccd.conf").read_text("utf-8")
    part = text[text.index("[ccd-reasons]") :]
    dialled = re.findall(r"Set\(CCD_REASON=(\w+)\)", part[: part.index("\n[", 1)])
    assert set(dialled) - {"meal"} == set(BreaksSettings().known)
