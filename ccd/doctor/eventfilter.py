"""Would this AMI user's ``eventfilter`` lines let an event through?

The old form (``eventfilter = !Event: RTCP``) is a regular expression over the whole event, ``!`` in front of
it excludes. The form with options (``eventfilter(action(exclude),name(VarSet)) =``) came with 22.1 and 20.11;
before that it is silently ignored. With including filters only what one of them matches is sent; what an
excluding one matches is not.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from ccd.doctor.asteriskconf import Entry
from ccd.message import Message

__all__ = ["Filter", "hidden_by", "parse_filters", "understands_options"]

_METHODS = ("regex", "exact", "starts_with", "ends_with", "contains", "none")
_OPTION = re.compile(r"(\w+)\(([^()]*)\)")


@dataclass(frozen=True)
class Filter:
    exclude: bool
    pattern: str
    method: str  # regex | exact | starts_with | ends_with | contains | none
    event: str = ""
    header: str = ""
    line: str = ""
    place: str = ""
    fault: str = ""
    """Why Asterisk does not take it; such a line filters nothing."""

    def matches(self, message: Message) -> bool:
        if self.fault or (self.event and message.name != self.event):
            return False
        if self.method == "none":
            return not self.header or self.header in message
        if not self.header:
            return _compare(self.method, self.pattern, message.text + "\r\n")
        return any(_compare(self.method, self.pattern, value) for value in message.all(self.header))


def understands_options(version: tuple[int, ...]) -> bool:
    """Whether this Asterisk knows the form with options. ``version``: (22, 10, 1)."""
    return version >= (22, 1) or (20, 11) <= version < (21,) or (21, 6) <= version < (22,)


def parse_filters(entries: Iterable[Entry], version: tuple[int, ...]) -> list[Filter]:
    """The filters of a user in the order of the file."""
    wanted = (entry for entry in entries if entry.key.lower().startswith("eventfilter"))
    return [_parse(entry, version) for entry in wanted]


def hidden_by(filters: Sequence[Filter], message: Message) -> str:
    """The line that keeps ``message`` from being sent; empty where it is sent."""
    sound = [each for each in filters if not each.fault]
    including = [each for each in sound if not each.exclude]
    if including and not any(each.matches(message) for each in including):
        return f"{including[0].line} (and no other including filter lets it through)"
    return next((each.line for each in sound if each.exclude and each.matches(message)), "")


def _parse(entry: Entry, version: tuple[int, ...]) -> Filter:
    line = f"{entry.key} = {entry.value}"
    if "(" not in entry.key:
        exclude = entry.value.startswith("!")
        pattern = entry.value.removeprefix("!")
        return Filter(exclude, pattern, "regex", "", "", line, entry.place, _regex_fault(pattern))
    options = {name.lower(): value.strip() for name, value in _OPTION.findall(entry.key.partition("(")[2])}
    filter_ = Filter(
        options.get("action", "include") == "exclude",
        entry.value,
        options.get("method", "none"),
        options.get("name", ""),
        options.get("header", ""),
        line,
        entry.place,
    )
    return replace(filter_, fault=_fault(filter_, options, version))


def _fault(given: Filter, options: Mapping[str, str], version: tuple[int, ...]) -> str:
    """Why Asterisk ignores a line with options. Seen on 22.10: it says so in its log, and nowhere else."""
    if not understands_options(version):
        return "this Asterisk does not know filters with options and ignores the line"
    unknown = [name for name in options if name not in ("action", "name", "header", "method")]
    if unknown or not options:
        return (
            f"unknown option {unknown[0]}, the line is ignored"
            if unknown
            else "no option, the line is ignored"
        )
    if given.method not in _METHODS or options.get("action", "include") not in ("include", "exclude"):
        return "unknown action or method, the line is ignored"
    if given.pattern and given.method == "none":
        return "a pattern needs a method(…), the line is ignored"
    if not given.pattern and given.method != "none":
        return f"method({given.method}) needs a pattern, the line is ignored"
    if not given.pattern and not given.event and not given.header:
        return "neither name, header nor pattern, the line is ignored"
    return _regex_fault(given.pattern) if given.method == "regex" else ""


def _regex_fault(pattern: str) -> str:
    try:
        re.compile(pattern)
    except re.error as error:
        return f"not a regular expression: {error}"
    return ""


def _compare(method: str, pattern: str, text: str) -> bool:
    if method == "exact":
        return text == pattern
    if method == "starts_with":
        return text.startswith(pattern)
    if method == "ends_with":
        return text.endswith(pattern)
    if method == "contains":
        return pattern in text
    return re.search(pattern, text) is not None
