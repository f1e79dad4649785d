"""The catalogue: everything is said in both languages, with the same figures in it."""

from __future__ import annotations

import re
import string
from pathlib import Path

import pytest

import ccd.cli
from ccd.cli.session import Session
from ccd.cli.words import WORDS, Words

SOURCES = "".join(
    path.read_text("utf-8")
    for path in Path(ccd.cli.__path__[0]).glob("*.py")
    if not path.name.startswith("words")
)
# made of a code: daemon_{why}, act_{act}, phase_{phase}, audit_{what}, drill_{failure}, duty_{state} …
MADE = (
    *("act_", "audit_", "daemon_", "day_", "drill_", "duty_"),
    *("phase_", "police_", "refused_", "sign_", "state_"),
)


def fields_of(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("key", sorted(WORDS))
def test_an_entry_is_complete(key: str) -> None:
    english, chinese = WORDS[key]
    assert fields_of(english) == fields_of(chinese)
    assert not re.search(r"[\u4e00-\u9fff]", english)
    assert re.search(r"[\u4e00-\u9fff]", chinese) or not re.search(
        "[a-z]{3}", re.sub(r"\{\w+\}", "", english)
    )


@pytest.mark.parametrize("key", sorted(WORDS))
def test_an_entry_is_used(key: str) -> None:
    spoken = re.search(rf"""["']{key}["']""", SOURCES)
    assert spoken or key.startswith(MADE)


def test_every_word_asked_for_exists() -> None:
    asked = set(re.findall(r'(?:words|say)\(\s*"(\w+)"', SOURCES))
    assert asked
    assert asked <= set(WORDS)


@pytest.mark.parametrize("why", ["down", "denied", "silent", "path"])
def test_each_reason_for_no_answer_has_words(why: str) -> None:
    assert Words("en")(f"daemon_{why}", path="/s", error="e")


@pytest.mark.parametrize(
    ("program", "config", "told"),
    [
        ("/usr/lib/ccd/bin/ccd", "/etc/ccd/ccd.toml", "ccd"),
        ("/usr/lib/ccd/bin/ccd", None, "ccd"),
        ("/usr/lib/ccd/bin/ccd", "/srv/ccd.toml", "ccd --config /srv/ccd.toml"),
        (".venv/bin/ccd", "ccd.toml", ".venv/bin/ccd --config ccd.toml"),
        ("/srv/ccd/__main__.py", None, "ccd"),
    ],
)
def test_commands_are_told_as_the_user_would_type_them(
    monkeypatch: pytest.MonkeyPatch, program: str, config: str | None, told: str
) -> None:
    monkeypatch.setattr("sys.argv", [program, "run"])
    assert Session(Path(config) if config else None).invocation == told
