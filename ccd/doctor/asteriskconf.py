"""Reads Asterisk's configuration files as Asterisk reads them.

``[name](template,…)``, ``[name](!)``, ``[name](+)``, ``=`` and ``=>``, ``+=``, ``;`` comments, ``\\;``,
``;-- … --;`` blocks, ``#include`` and ``#tryinclude`` with relative names and patterns. ``#exec`` is never
run: it is listed in ``unread`` like a file that may not be read. The rules were measured against Asterisk 16
and 22 (tests/doctor/test_asteriskconf.py asks both).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

__all__ = ["Config", "Entry", "Section", "read_config"]

_SECTION = re.compile(r"\[([^\]]*)\](?:\s*\(([^)]*)\))?")
_INCLUDE = re.compile(r"#(include|tryinclude|exec)\s+(.*)", re.IGNORECASE)
_MARK = re.compile(r"\\;|;--(?!-)|--;|;")
_DEPTH = 20
_LARGEST = 8 * 1024 * 1024


@dataclass(frozen=True)
class Entry:
    key: str
    value: str
    file: Path
    line: int

    @property
    def place(self) -> str:
        return f"{self.file}:{self.line}"


@dataclass
class Section:
    name: str
    file: Path
    line: int
    template: bool = False
    entries: list[Entry] = field(default_factory=list)

    def all(self, key: str) -> list[Entry]:
        return [entry for entry in self.entries if entry.key.lower() == key.lower()]

    def last(self, key: str) -> Entry | None:
        """The value Asterisk ends up with where a later line replaces an earlier one."""
        found = self.all(key)
        return found[-1] if found else None


@dataclass
class Config:
    """A file with all it includes. ``unread`` names what could not be read, with the reason.

    ``missing``: each ``#include`` (key) of a file (value) that is not there, and each ``template`` that a
    section inherits from in vain. Asterisk then takes nothing of it all, neither at a start nor at a reload.
    """

    file: Path
    sections: list[Section] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)
    missing: list[Entry] = field(default_factory=list)

    def named(self, name: str) -> Section | None:
        """All sections of that name as one, without templates; None where there is none."""
        found = [section for section in self.live() if section.name == name]
        if not found:
            return None
        whole = Section(name, found[0].file, found[0].line)
        whole.entries = [entry for section in found for entry in section.entries]
        return whole

    def live(self) -> Iterator[Section]:
        return (section for section in self.sections if not section.template)


def read_config(file: Path, etc: Path | None = None) -> Config:
    """Read ``file``; relative includes are looked for in ``etc`` (default: the folder of ``file``).

    Never raises for what it finds inside; an unreadable first file is in ``unread`` too.
    """
    config = Config(file)
    _Reader(config, etc or file.parent).read(file, 0)
    return config


class _Reader:
    def __init__(self, config: Config, etc: Path) -> None:
        self._config = config
        self._etc = etc

    def read(self, file: Path, depth: int, current: Section | None = None) -> None:
        """``current``: an included file goes on in the section it is included from."""
        try:
            if file.stat().st_size > _LARGEST:
                raise OSError(0, "too large")
            text = file.read_text("utf-8-sig", "replace")
        except OSError as error:
            self._config.unread.append(f"{file}: {error.strerror or error}")
            return
        for number, line in _statements(text):
            if line.startswith("["):
                current = self._open(line, file, number) or current
            elif line.startswith("#"):
                self._include(line, file, number, depth, current)
            elif current is not None:
                _assign(current, line, file, number)

    def _open(self, line: str, file: Path, number: int) -> Section | None:
        match = _SECTION.match(line)
        if match is None:
            return None
        name, options = match[1], [option.strip() for option in (match[2] or "").split(",") if option.strip()]
        known = {section.name: section for section in reversed(self._config.sections)}
        if "+" in options and name in known:
            return known[name]
        section = Section(name, file, number, template="!" in options)
        for option in options:
            if option in ("!", "+"):
                continue
            if option in known:
                section.entries += known[option].entries
            else:
                self._config.missing.append(Entry("template", option, file, number))
        self._config.sections.append(section)
        return section

    def _include(self, line: str, file: Path, number: int, depth: int, current: Section | None) -> None:
        match = _INCLUDE.match(line)
        if match is None:
            return
        kind, target = match[1].lower(), match[2].strip().strip('"<>').strip()
        if kind == "exec":
            self._config.unread.append(f"{file}:{number}: #exec {target}: not run")
            return
        if depth >= _DEPTH:
            self._config.unread.append(f"{file}:{number}: includes too deep")
            return
        found = self._matches(target)
        if not found and kind == "include" and not _is_pattern(target):
            self._config.missing.append(Entry("#include", target, file, number))
        for each in found:
            self.read(each, depth + 1, current)

    def _matches(self, target: str) -> list[Path]:
        try:
            if target.startswith("/"):
                return sorted(Path("/").glob(target[1:])) if _is_pattern(target) else _existing(Path(target))
            return sorted(self._etc.glob(target)) if _is_pattern(target) else _existing(self._etc / target)
        except (OSError, ValueError) as error:
            self._config.unread.append(f"{target}: {error}")
            return []


def _existing(path: Path) -> list[Path]:
    return [path] if path.exists() else []


def _is_pattern(target: str) -> bool:
    return any(letter in target for letter in "*?[")


def _assign(section: Section, line: str, file: Path, number: int) -> None:
    key, separator, value = line.partition("=")
    if not separator:
        return
    value = value.removeprefix(">").strip()
    if key.endswith("+"):
        key = key[:-1].strip()
        for index in range(len(section.entries) - 1, -1, -1):
            before = section.entries[index]
            if before.key.lower() == key.lower():
                section.entries[index] = Entry(before.key, f"{before.value} {value}", file, number)
                return
    section.entries.append(Entry(key.strip(), value, file, number))


def _statements(text: str) -> Iterator[tuple[int, str]]:
    """Lines with their numbers, stripped, without comments and without the empty ones."""
    depth = 0  # of ;-- … --; blocks, which nest
    for number, raw in enumerate(text.split("\n"), 1):
        kept, position = "", 0
        while (mark := _MARK.search(raw, position)) is not None:
            if depth == 0:
                kept += raw[position : mark.start()]
            position = mark.end()
            if mark[0] == "\\;":
                kept += ";" if depth == 0 else ""
            elif mark[0] == ";--":
                depth += 1
            elif mark[0] == "--;":  # the end of no block is text
                kept += mark[0] if depth == 0 else ""
                depth = max(0, depth - 1)
            elif depth == 0:
                break
        else:
            kept += raw[position:] if depth == 0 else ""
        if kept.strip():
            yield number, kept.strip()
