"""A dialplan of the simplest kind: contexts, extensions with Asterisk's patterns, lines of ``App(data)``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache

from ccd.simulator.parts import Step

__all__ = ["Dialplan"]

Contexts = Mapping[str, Mapping[str, Iterable[str]]]

_LINE = re.compile(r"(\w+)\((.*)\)")
_EXTEN = re.compile(r"\$\{EXTEN(?::(\d+))?\}")
_CLASSES = {"X": "[0-9]", "Z": "[1-9]", "N": "[2-9]", ".": ".+"}


class Dialplan:
    """``{"inbound": {"_10XX": ["Dial(PJSIP/${EXTEN},25)", "Hangup()"]}}``. The first pattern to fit wins."""

    def __init__(self, contexts: Contexts) -> None:
        self._contexts = {
            context: {pattern: [_line(line) for line in lines] for pattern, lines in extensions.items()}
            for context, extensions in contexts.items()
        }

    def steps(self, context: str, exten: str) -> list[Step] | None:
        """The lines of an extension with ``${EXTEN}`` filled in; None where there is no such extension."""
        for pattern, lines in self._contexts.get(context, {}).items():
            if _pattern(pattern).fullmatch(exten):
                return [(application, _fill(data, exten)) for application, data in lines]
        return None


def _line(line: str) -> Step:
    match = _LINE.fullmatch(line)
    if match is None:
        raise ValueError(f"{line!r} is no line of dialplan; write it as App(data)")
    return match[1], match[2]


def _fill(data: str, exten: str) -> str:
    return _EXTEN.sub(lambda match: exten[int(match[1] or 0) :], data)


@lru_cache(maxsize=256)
def _pattern(pattern: str) -> re.Pattern[str]:
    if not pattern.startswith("_"):
        return re.compile(re.escape(pattern))
    return re.compile("".join(_CLASSES.get(char, re.escape(char)) for char in pattern[1:]))
