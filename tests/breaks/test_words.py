"""Every rule that breaks name has words, in both languages with the same figures, and none is left over."""

from __future__ import annotations

import re
import string
from pathlib import Path

import pytest

import ccd.breaks
from ccd.breaks.words import WORDS

SOURCES = "".join(
    path.read_text("utf-8") for path in Path(ccd.breaks.__path__[0]).glob("*.py") if path.name != "words.py"
)
NAMED = {
    *re.findall(r'"(breaks_\w+)"', SOURCES),
    *(f"breaks_{rule}" for rule in re.findall(r'_refusal\(\s*world, turn, "(\w+)"', SOURCES)),
    *(f"breaks_{stage}" for stage in re.findall(r'Stage\("(\w+)"', SOURCES)),
    *(f"breaks_absence_{kind}" for kind in ("signed_out", "too_long", "unavailable")),
}


def fields_of(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_every_rule_has_words_and_every_word_a_rule() -> None:
    assert set(WORDS) == NAMED


@pytest.mark.parametrize("rule", sorted(WORDS))
def test_both_languages_say_the_same(rule: str) -> None:
    english, chinese = WORDS[rule]
    assert fields_of(english) == fields_of(chinese)
    assert not re.search(r"[\u4e00-\u9fff]", english)
    assert re.search(r"[\u4e00-\u9fff，]", chinese)


@pytest.mark.parametrize("rule", sorted(re.findall(r'_refusal\(\s*world, turn, "(\w+)"', SOURCES)))
def test_the_prompt_of_every_refusal_is_in_the_dialplan(rule: str) -> None:
    root = Path(ccd.breaks.__path__[0]).parents[1]
    dialplan = (root / "config/asterisk/extensions-ccd.conf").read_text("utf-8")
    assert f"exten => break-{rule.replace('_', '-')},1," in dialplan
