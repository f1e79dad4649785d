"""The dialplan: which queues are recorded, who else moves queue members, whether our codes are in.

It is read, not run: jumps to places that only a call's variables name cannot be followed.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator

from ccd.doctor.asteriskconf import Config
from ccd.doctor.facts import Dialplan, Step
from ccd.message import Message

__all__ = ["OURS", "from_config", "from_items", "including", "queue_calls", "writers"]

OURS = "ccd-"
"""Contexts of our own snippets begin so (config/asterisk/extensions-ccd.conf)."""

WRITERS = ("AddQueueMember", "RemoveQueueMember", "PauseQueueMember", "UnpauseQueueMember")
_CONDITIONAL = ("gotoif", "gotoiftime", "gosubif")
_JUMPS = ("goto", "gosub", "macro", *_CONDITIONAL)
_RECORDS = re.compile(r"\bMixMonitor\(")
_HINT = "hint"


def from_items(items: Iterable[Message], *, agi_address: str = "") -> Dialplan:
    """From the answer to AMI's ShowDialPlan: what the PBX holds in memory, whoever wrote it."""
    steps, includes, registrars = [], defaultdict[str, list[str]](list), set[str]()
    for item in items:
        context = item.get("Context")
        registrars.add(item.get("Registrar"))
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
    named = {name: tuple(all_) for name, all_ in includes.items()}
    return Dialplan(tuple(steps), named, True, agi_address, frozenset(registrars - {""}))


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


_Node = tuple[str, str]
"""A context and an extension of it."""


class _Recording:
    """Which places can a call come to before MixMonitor was started?

    A call may enter wherever no other step leads (and in a ring that nothing leads into). It is followed
    through every jump until a step starts recording. One pass: a GUI's dialplan has thousands of steps.
    """

    def __init__(self, plan: Dialplan) -> None:
        self._steps = defaultdict[_Node, list[Step]](list)
        self._nodes = defaultdict[str, list[_Node]](list)
        for step in sorted(plan.steps, key=lambda step: step.priority):
            node = (step.context, step.extension)
            if node not in self._steps:
                self._nodes[step.context].append(node)
            self._steps[node].append(step)
        self._starting = self._leading_to_a_start()
        self._bare = self._unrecorded()

    def before(self, step: Step) -> bool:
        node = (step.context, step.extension)
        earlier = (each for each in self._steps[node] if each.priority < step.priority)
        return node not in self._bare or any(self._starts(each) for each in earlier)

    def _starts(self, step: Step) -> bool:
        """Whether recording is started by this step, or in the subroutine that it calls."""
        if _is_start(step):
            return True
        return step.app.lower().startswith(("gosub", "macro")) and not self._starting.isdisjoint(
            self._targets(step)
        )

    def _leading_to_a_start(self) -> set[_Node]:
        """Places from which some step that starts recording can be reached."""
        sources = defaultdict[_Node, list[_Node]](list)
        open_: list[_Node] = []
        for node, steps in self._steps.items():
            for step in steps:
                if _is_start(step):
                    open_.append(node)
                for target in self._targets(step):
                    sources[target].append(node)
        return _reached(open_, lambda node: sources[node])

    def _unrecorded(self) -> set[_Node]:
        everywhere = {node: self._onward(node, only_bare=False) for node in self._steps}
        led_to = {target for node, targets in everywhere.items() for target in targets if target != node}
        entries = [node for node in self._steps if node not in led_to]
        rings = self._steps.keys() - _reached(entries, lambda node: everywhere[node])
        return _reached([*entries, *rings], lambda node: self._onward(node, only_bare=True))

    def _onward(self, node: _Node, *, only_bare: bool) -> set[_Node]:
        """Where its steps lead; with ``only_bare`` no further than to the one that starts recording."""
        found = set[_Node]()
        for step in self._steps[node]:
            if only_bare and self._starts(step):
                break
            found.update(self._targets(step))
        return found

    def _targets(self, step: Step) -> list[_Node]:
        """The extensions a jump leads to: all of the context where its name depends on the call."""
        found: list[_Node] = []
        for context, extension in _places(step):
            node = (context, extension)
            found += [node] if node in self._steps else self._nodes[context]
        return found


def _is_start(step: Step) -> bool:
    return step.app.lower() == "mixmonitor" or _RECORDS.search(step.data) is not None


def _reached(open_: Iterable[_Node], onward: Callable[[_Node], Iterable[_Node]]) -> set[_Node]:
    found = set(open_)
    left = list(found)
    while left:
        for node in onward(left.pop()):
            if node not in found:
                found.add(node)
                left.append(node)
    return found


def _places(step: Step) -> Iterator[_Node]:
    """Context and extension of the places a step may jump to; jumps within an extension are none."""
    app = step.app.lower()
    if app not in _JUMPS:
        return
    if app.startswith("macro"):
        yield f"macro-{step.data.partition(',')[0].strip()}", "s"
        return
    data = step.data.partition("?")[2] if app in _CONDITIONAL else step.data
    for place in data.split(":"):
        parts = [part.strip() for part in place.partition("(")[0].split(",")]
        if len(parts) > 1:
            yield parts[-3] if len(parts) > 2 else step.context, parts[-2]
