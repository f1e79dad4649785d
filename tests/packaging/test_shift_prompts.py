"""Whatever a policy about shifts says at a phone, the dialplan knows how to say it, in both languages."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from ccd.adapters.page_rings import WORDS
from ccd.doctor.asteriskconf import read_config
from ccd.doctor.dialplan import from_config
from ccd.rules import RULES

ROOT = Path(__file__).parents[2]
ROOMS = ("meals", "breaks", "handover", "leave", "attendance", "adherence")
SOUNDS = tomllib.loads((ROOT / "packaging/prompts.toml").read_text("utf-8"))["prompts"]
STANDARD = {
    "accepted",
    "already",
    "goodbye",
    "not-a-member",
    "not-here",
    "refused",
    "unknown-code",
    "welcome",
    "wrong-pin",
    "wrong-seat",
}
"""Said by Asterisk's own sounds, since before there were rules about shifts."""


def sources() -> Iterator[Path]:
    for room in ROOMS:
        yield from (ROOT / "ccd" / room).glob("*.py")
        yield ROOT / f"ccd/handlers/{room}.py"
    yield ROOT / "ccd/handlers/presence.py"


def texts() -> Iterator[str]:
    """Of all that is written there."""
    for path in sources():
        tree = ast.parse(path.read_text("utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value


def prompts() -> set[str]:
    """Words of the form of a prompt, which nothing else there has; and those made of a rule's name."""
    found = {text for text in texts() if re.fullmatch(r"[a-z]+(-[a-z]+)+", text)} | {"held"}
    rules = ast.parse((ROOT / "ccd/breaks/rules.py").read_text("utf-8"))
    made = [
        str(node.args[2].value)
        for node in ast.walk(rules)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "_refusal"
        and isinstance(node.args[2], ast.Constant)
    ]
    return found | {f"break-{rule.replace('_', '-')}" for rule in made}


def said(file: str, context: str) -> dict[str, str]:
    """A word of this context -> our sound that it plays, "" for none."""
    plan = from_config(read_config(ROOT / "config/asterisk" / file))
    found: dict[str, str] = {}
    for step in plan.steps:
        if step.context == context:
            sound = re.search(r"ccd/([a-z0-9-]+)", step.data)
            found.setdefault(step.extension, sound[1] if sound else "")
    return found


def test_the_prompts_of_the_policies_are_found() -> None:
    assert {"held", "held-elsewhere", "which-person", "meal-full", "break-cap", "wrong-pin"} <= prompts()


@pytest.mark.parametrize("prompt", sorted(prompts()))
def test_every_prompt_that_a_policy_gives_can_be_said(prompt: str) -> None:
    known = said("extensions-ccd.conf", "ccd-prompts")
    assert prompt in known
    assert len(prompt) <= 32, "longer ones do not pass the phone's server"
    if prompt not in STANDARD:
        assert set(SOUNDS[known[prompt]]) == {"zh", "pinyin", "en"}


@pytest.mark.parametrize("word", [*sorted(set(WORDS.values())), "notice", "notices"])
def test_every_word_that_somebody_is_rung_for_can_be_said(word: str) -> None:
    assert said("extensions-ccd-shifts.conf", "ccd-page-words")[word] in SOUNDS


def test_what_somebody_is_rung_for_are_rules_that_exist() -> None:
    assert set(WORDS) <= set(RULES)
