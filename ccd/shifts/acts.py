"""What may be asked of the policies about shifts: each has a table ``ACTS`` of its own acts.

An act is checked against its table before it reaches the engine, so a policy finds only values it knows.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

__all__ = ["Act", "ActError", "Refused", "checked"]

VALUE_LIMIT = 4_000
LONG_LIMIT = 200_000
"""Of a form with some hundred questions, each with its comment."""


class Act(NamedTuple):
    """``needs`` and ``may`` are names of values. ``person``: whether somebody must be named whom it is about;
    ``actor``: whether whoever does it must be named by their code. ``long`` are those of the values that may
    be longer than others.
    """

    needs: tuple[str, ...] = ()
    may: tuple[str, ...] = ()
    person: bool = True
    actor: bool = True
    long: tuple[str, ...] = ()


class Refused(Exception):  # noqa: N818  (what it says is a rule, and no error of ours)
    """What was asked for cannot be, and nothing has been done. ``rule`` and ``values``: see ``ccd.rules``."""

    def __init__(self, rule: str, **values: object) -> None:
        super().__init__(rule)
        self.rule = rule
        self.values = {name: str(value) for name, value in values.items()}


class ActError(ValueError):
    """What is wrong with an act, and the mend."""


def checked(
    acts: Mapping[str, Act], act: str, person: str, actor: str, values: Mapping[str, object]
) -> dict[str, str]:
    """The values, as text. Raises ActError."""
    known = acts.get(act)
    if known is None:
        raise ActError(f"act: there is no {act!r}; there are: {', '.join(acts)}")
    if known.person and not person:
        raise ActError("person: whom is it about? give their code")
    if known.actor and not actor:
        raise ActError("actor: who does it? give your own code (--by CODE)")
    found: dict[str, str] = {}
    for name, value in values.items():
        if name not in known.needs and name not in known.may:
            names = ", ".join((*known.needs, *known.may)) or "none"
            raise ActError(f"{name}: {act} has no such value; it has: {names}")
        if not isinstance(value, str):
            raise ActError(f"{name}: give it as text")
        limit = LONG_LIMIT if name in known.long else VALUE_LIMIT
        if len(value) > limit or "\0" in value:
            raise ActError(f"{name}: at most {limit} characters, and no NUL")
        found[name] = value.strip()
    for name in known.needs:
        if not found.get(name):
            raise ActError(f"{name}: is missing; {act} needs it")
    return found
