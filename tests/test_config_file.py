"""config/ccd.toml and the settings are one: every key, every default, each with a comment."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from ccd.config import NotifySettings, PbxSettings, Settings, WebhookSettings, effective
from ccd.config_incidents import LADDERS, LadderSettings, RungSettings
from ccd.config_shifts import ShiftSettings, ShiftsSettings

FILE = Path(__file__).parent.parent / "config" / "ccd.toml"
LINES = FILE.read_text("utf-8").splitlines()


def everything_switched_on() -> dict[str, Any]:
    """The file with its commented keys and sections (# with no space after it) taken in."""
    return tomllib.loads("\n".join(re.sub(r"^#(?=[a-z_]+ = |\[)", "", line) for line in LINES))


def ladders_of(written: dict[str, Any]) -> dict[str, Any]:
    ladders = written["policies"]["incidents"]["ladders"]
    assert isinstance(ladders, dict)
    return ladders


def defaults() -> dict[str, Any]:
    """Every setting, with one PBX and one webhook; what is unset is an empty text, as in the file."""
    hook = WebhookSettings(url="https://example.com/incidents")
    settings = Settings(pbx={"main": PbxSettings()}, notify=NotifySettings(webhooks={"desk": hook}))
    found: dict[str, Any] = _blank(effective(settings))
    found["notify"]["webhooks"]["desk"]["url"] = hook.url  # it is not shown whole
    return found


def _blank(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _blank(part) for key, part in value.items()}
    return "" if value is None else value


def test_the_file_has_every_setting_with_its_default_and_nothing_else() -> None:
    written, expected = everything_switched_on(), defaults()
    for settings in (written, expected):
        ladders_of(settings).clear()  # these are laid over defaults of their own: see below
        settings["shifts"]["kinds"].clear()  # examples: there is no kind of shift by default
    assert written == expected


def test_the_file_shows_the_ladders_whole() -> None:
    """Nothing that it leaves out comes from the ladder of that name that is built in."""
    written = ladders_of(everything_switched_on())
    assert list(written) == list(LADDERS)
    for name, ladder in written.items():
        assert LadderSettings.model_validate(ladder) == Settings().policies.incidents.ladders[name], name


def test_one_ladder_and_one_rung_show_every_key() -> None:
    threat = ladders_of(everything_switched_on())["threat"]
    assert set(threat) == set(LadderSettings.model_fields)
    assert set(threat["rungs"][0]) == set(RungSettings.model_fields)
    assert threat["rungs"][0] == RungSettings(role=threat["rungs"][0]["role"]).model_dump(mode="json")


def test_the_examples_of_shifts_can_be_used_and_the_first_shows_every_key() -> None:
    kinds = everything_switched_on()["shifts"]["kinds"]
    shifts = ShiftsSettings.model_validate({"kinds": kinds})
    assert [kind.label for kind in shifts.kinds.values()] == ["早班", "中班", "晚班"]
    first = ShiftSettings(start="08:00", minutes=480, label="早班")
    assert shifts.kinds["day"] == first
    assert kinds["day"] == _blank(first.model_dump(mode="json"))


def test_the_file_as_it_is_gives_the_defaults() -> None:
    assert Settings.model_validate(tomllib.loads("\n".join(LINES))) == Settings()


def test_switched_on_the_example_pbx_gives_the_defaults() -> None:
    assert Settings.model_validate(everything_switched_on()).pbx["main"] == PbxSettings()


KEYS = [number for number, line in enumerate(LINES) if re.match(r"#?[a-z_]+ = ", line)]


@pytest.mark.parametrize("number", KEYS, ids=[LINES[number] for number in KEYS])
def test_every_key_has_a_comment(number: int) -> None:
    """At its end, or in the line above it."""
    assert re.search(r"# \S", LINES[number]) or re.match(r"# \S", LINES[number - 1])
