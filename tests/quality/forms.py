"""Small forms for tests, as TOML."""

from __future__ import annotations

from ccd.quality.form import Form
from ccd.quality.form_parse import parse

__all__ = ["SMALL", "form_of", "question", "section"]


def question(name: str, rest: str = "points = 1") -> str:
    return f'[[section.question]]\nname = "{name}"\ntext = {{ en = "{name}?", zh = "{name}？" }}\n{rest}\n'


def section(name: str, weight: object, *questions: str) -> str:
    head = f'[[section]]\nname = "{name}"\ntitle = {{ en = "{name}", zh = "{name}" }}\nweight = {weight}\n'
    return head + "".join(questions or (question(f"{name}_one"),))


HEAD = 'name = "small"\ntitle = { en = "Small", zh = "小" }\n'
SMALL = (
    HEAD
    + section(
        "manner",
        60,
        question("greeted", "points = 1\nna = true"),
        question("tone", 'kind = "points"\npoints = 3\nna = true'),
    )
    + section(
        "substance",
        40,
        question("secret", 'points = 2\ncritical = "section"\nna = true'),
        question("verified", 'points = 2\ncritical = "form"\nna = true'),
    )
)
"""Two sections; every question may be left out."""


def form_of(*sections: str, head: str = HEAD) -> Form:
    return parse((head + "".join(sections)).encode(), "small.toml")
