"""The dialplan: which queues are recorded, who else moves queue members, whether our codes are in.

It is read, not run: jumps to places that only a call's variables name cannot be followed.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator

from ccd.doctor.asteriskconf import Config
from ccd.doctor.facts import Dialplan, Step
from ccd.message import Message

__all__ = ["OURS", "from_config", "from_items", "including", "queue_calls", "writers"]

OURS = "ccd-"
"""Contexts of our own snippets begin so (config/asterisk/extensions-ccd.conf)."""

WRITERS = ("AddQueueMember", "RemoveQueueMember", "PauseQueueMember", "UnpauseQueueMember")
_JUMPS = ("Goto", "GotoIf", "GotoIfTime", "Gosub", "GosubIf", "Macro", "MacroIf")
_RECORDS = re.compile(r"\bMixMonitor\(")
_PLACE = re.compile(r"^\s*([^,()\s]+),([^,()]+),([^,()]+)")
_HINT = "hint"


def from_items(items: Iterable[Message], *, agi_address: str = "") -> Dialplan:
    """From the answer to AMI's ShowDialPlan: what the PBX holds in memory, whoever wrote it."""
    steps, includes = [], defaultdict[str, list[str]](list)
    for item in items:
        context = item.get("Context")
        if included := item.get("IncludeContext"):
            includes[context].append(included)
        elif item.get("Priority").isdigit():
            steps.append(
                Step(
                    context,
                    item.get("Extension"),
                    int(item.get("Priority")),
                    item.get("Application"),
                    item.get("AppData"),
                )
            )
    return Dialplan(tuple(steps), {name: tuple(all_) for name, all_ in includes.items()}, True, agi_address)


def from_config(config: Config) -> Dialplan:
    """From extensions.conf with its includes."""
    steps, includes, agi = [], defaultdict[str, list[str]](list), ""
    for section in config.live():
        extension, priority = "", 0
        for entry in section.entries:
            key = entry.key.lower()
            if section.name == "globals":
                agi = entry.value if entry.key == "CCD_AGI" else agi
            elif key == "include":
                includes[section.name].append(entry.value.partition(",")[0].strip())
            elif key in ("exten", "same"):
                rest = entry.value
                if key == "exten":
                    extension, _, rest = (part.strip() for part in rest.partition(","))
                number, _, call = (part.strip() for part in rest.partition(","))
                number = number.partition("(")[0]
                if number == _HINT:
                    continue
                priority = int(number) if number.isdigit() else priority + 1
                app, _, data = call.partition("(")
                steps.append(Step(section.name, extension, priority, app.strip(), data.removesuffix(")")))
    return Dialplan(tuple(steps), {name: tuple(all_) for name, all_ in includes.items()}, False, agi)


def queue_calls(plan: Dialplan) -> dict[str, list[tuple[Step, bool]]]:
    """A queue as the dialplan names it (``${EXTEN}`` too) → its Queue() steps, each with: recorded before?"""
    found = defaultdict[str, list[tuple[Step, bool]]](list)
    reader = _Recording(plan)
    for step in plan.steps:
        if step.app.lower() == "queue":
            found[step.data.partition(",")[0].strip()].append((step, reader.before(step)))
    return dict(found)


def writers(plan: Dialplan) -> dict[str, list[Step]]:
    """Steps outside our own contexts that add, remove, pause or unpause queue members, by context."""
    found = defaultdict[str, list[Step]](list)
    for step in plan.steps:
        if not step.context.startswith(OURS) and any(_runs(step, app) for app in WRITERS):
            found[step.context].append(step)
    return dict(found)


def including(plan: Dialplan, context: str) -> list[str]:
    """The contexts that include ``context``."""
    return sorted(name for name, included in plan.includes.items() if context in included)


def _runs(step: Step, app: str) -> bool:
    """Also through ExecIf, TryExec and the like, which carry ``App(…)`` in their data."""
    return step.app.lower() == app.lower() or f"{app}(".lower() in step.data.lower()


class _Recording:
    """Was MixMonitor started before a step is reached?"""

    def __init__(self, plan: Dialplan) -> None:
        self._of = defaultdict[tuple[str, str], list[Step]](list)
        self._contexts = defaultdict[str, list[Step]](list)
        self._leading = defaultdict[str, list[Step]](list)
        for step in plan.steps:
            self._of[step.context, step.extension].append(step)
            self._contexts[step.context].append(step)
        for step in plan.steps:
            for context in _targets(step):
                self._leading[context].append(step)

    def before(self, step: Step, seen: frozenset[str] = frozenset()) -> bool:
        """Earlier in the same extension, in what it calls, or on every known way that leads here."""
        if any(
            self._starts(each)
            for each in self._of[step.context, step.extension]
            if each.priority < step.priority
        ):
            return True
        if step.context in seen:
            return False
        ways = [each for each in self._leading[step.context] if each.context != step.context]
        return bool(ways) and all(self.before(each, seen | {step.context}) for each in ways)

    def _starts(self, step: Step, seen: frozenset[str] = frozenset()) -> bool:
        if step.app.lower() == "mixmonitor" or _RECORDS.search(step.data):
            return True
        if not step.app.lower().startswith(("gosub", "macro")):
            return False
        reached = self._reached(_targets(step))
        return any(each.app.lower() == "mixmonitor" or _RECORDS.search(each.data) for each in reached)

    def _reached(self, contexts: Iterable[str]) -> Iterator[Step]:
        """Every step of the contexts a subroutine can come to."""
        open_, known = list(contexts), set[str]()
        while open_:
            context = open_.pop()
            if context in known:
                continue
            known.add(context)
            for step in self._contexts[context]:
                yield step
                open_ += _targets(step)


def _targets(step: Step) -> list[str]:
    """The other contexts a jump names."""
    app = step.app
    if app.lower() not in (jump.lower() for jump in _JUMPS):
        return []
    if app.lower().startswith("macro"):
        return [f"macro-{step.data.partition(',')[0].strip()}"]
    places = step.data.partition("?")[2] or step.data if app.lower().endswith(("if", "time")) else step.data
    return [match[1] for place in places.split(":") if (match := _PLACE.match(place))]
