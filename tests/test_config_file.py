"""config/ccd.toml and the settings are one: every key, every default, each with a comment."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from ccd.config import PbxSettings, Settings, effective

FILE = Path(__file__).parent.parent / "config" / "ccd.toml"
LINES = FILE.read_text("utf-8").splitlines()


def everything_switched_on() -> dict[str, Any]:
    """The file with its commented keys and sections (# with no space after it) taken in."""
    return tomllib.loads("\n".join(re.sub(r"^#(?=[a-z_]+ = |\[)", "", line) for line in LINES))


def defaults() -> dict[str, Any]:
    """Every setting, with one PBX; what is unset is an empty text, as in the file."""
    dumped = effective(Settings(pbx={"main": PbxSettings()}))
    return {
        section: {key: _blank(value) for key, value in keys.items()}
        if section != "pbx"
        else {name: {key: _blank(value) for key, value in pbx.items()} for name, pbx in keys.items()}
        for section, keys in dumped.items()
    }


def _blank(value: Any) -> Any:
    return "" if value is None else value


def test_the_file_has_every_setting_with_its_default_and_nothing_else() -> None:
    assert everything_switched_on() == defaults()


def test_the_file_as_it_is_gives_the_defaults() -> None:
    assert Settings.model_validate(tomllib.loads("\n".join(LINES))) == Settings()


def test_switched_on_the_example_pbx_gives_the_defaults() -> None:
    assert Settings.model_validate(everything_switched_on()).pbx["main"] == PbxSettings()


KEYS = [number for number, line in enumerate(LINES) if re.match(r"#?[a-z_]+ = ", line)]


@pytest.mark.parametrize("number", KEYS, ids=[LINES[number] for number in KEYS])
def test_every_key_has_a_comment(number: int) -> None:
    """At its end, or in the line above it."""
    assert re.search(r"# \S", LINES[number]) or re.match(r"# \S", LINES[number - 1])
