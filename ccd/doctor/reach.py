"""From which contexts of the dialplan does a call come to which?

Every mention that could be a way counts as one: a jump (also inside ExecIf and the like), a subroutine given
to Dial() or Queue(), a hangup handler, a Local channel, an include. So "no way" can be relied on, except for
jumps whose target stands in a variable: those are named by ``unclear``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from ccd.doctor.facts import Dialplan, Step

__all__ = ["mentions", "unclear", "way"]

_MENTION = re.compile(r"(?<![\w/.-])([A-Za-z0-9_-]+)(?=[,^])|@([A-Za-z0-9_-]+)")
_MACRO = re.compile(r"\bMacro(?:Exclusive|If)?\(([A-Za-z0-9_-]+)", re.IGNORECASE)
_JUMP = re.compile(r"\b(?:Goto|Gosub|Macro)\(", re.IGNORECASE)
_IF = re.compile(r"\b(?:GotoIf|GosubIf|GotoIfTime|MacroIf)\(", re.IGNORECASE)
_DIALLING = ("dial", "originate", "page")
_LOCAL = re.compile(r"\bLocal/[^,&|]*@[^,&|/]*\$")


def mentions(step: Step) -> set[str]:
    """The contexts that a step may lead to, as far as their names stand there."""
    text = f"{step.app}({step.data})"
    found = {match[1] or match[2] for match in _MENTION.finditer(text)}
    return found | {f"macro-{match[1]}" for match in _MACRO.finditer(text)}


def way(plan: Dialplan, start: Iterable[str], goal: str) -> list[str]:
    """The contexts of the shortest way, both ends among them; empty where there is none."""
    onward = _onward(plan)
    came_from: dict[str, str] = dict.fromkeys(start, "")
    open_ = list(came_from)
    for context in open_:
        if context == goal:
            return _back(came_from, goal)
        for following in sorted(onward.get(context, ())):
            if following not in came_from:
                came_from[following] = context
                open_.append(following)
    return []


def unclear(plan: Dialplan, start: Iterable[str]) -> list[Step]:
    """Steps on the ways from there that jump into a context whose name stands in a variable."""
    reached = set(start)
    onward, open_ = _onward(plan), list(reached)
    while open_:
        for following in onward.get(open_.pop(), set()) - reached:
            reached.add(following)
            open_.append(following)
    return [step for step in plan.steps if step.context in reached and _leads_anywhere(step)]


def _onward(plan: Dialplan) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {name: set(included) for name, included in plan.includes.items()}
    for step in plan.steps:
        found.setdefault(step.context, set()).update(mentions(step))
    return found


def _back(came_from: dict[str, str], goal: str) -> list[str]:
    steps = [goal]
    while before := came_from[steps[-1]]:
        steps.append(before)
    return steps[::-1]


def _leads_anywhere(step: Step) -> bool:
    text = f"{step.app}({step.data})"
    if _LOCAL.search(text) or (step.app.lower() in _DIALLING and step.data.startswith("$")):
        return True
    places = [_arguments(text, match.end()) for match in _JUMP.finditer(text)]
    for match in _IF.finditer(text):
        branches = ",".join(_arguments(text, match.end())).partition("?")[2]
        places += [_split(place, ",") for place in _split(branches, ":")]
    return any(_is_variable(place) for place in places)


def _is_variable(place: Sequence[str]) -> bool:
    """``place``: context, extension and priority; or fewer of them, from the right."""
    if len(place) > 2:
        return "$" in place[0]
    return len(place) == 1 and place[0].strip().startswith("${")


def _arguments(text: str, start: int) -> list[str]:
    """Of a call whose opening bracket stands before ``start``."""
    depth = 1
    for index in range(start, len(text)):
        depth += {"(": 1, ")": -1}.get(text[index], 0)
        if depth == 0:
            return _split(text[start:index], ",")
    return _split(text[start:], ",")


def _split(text: str, mark: str) -> list[str]:
    """At the marks that stand in no bracket."""
    parts, depth = [""], 0
    for letter in text:
        depth += {"(": 1, "{": 1, "[": 1, ")": -1, "}": -1, "]": -1}.get(letter, 0)
        if letter == mark and depth == 0:
            parts.append("")
        else:
            parts[-1] += letter
    return parts
