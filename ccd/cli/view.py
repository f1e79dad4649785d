"""The terminal view: a status picture (``ccd.status.picture``) as lines of text. Pure: no terminal, no clock.

From the top: title, open incidents, one line per PBX, what is not well, queues, the callers who wait longest,
agents by team, keys and legend. Keys the picture lacks are shown as nothing, so that an older or newer daemon
can be watched.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from rich.cells import cell_len
from rich.text import Text

from ccd.cli.agents_view import agent_lines, teams_of
from ccd.cli.cells import LOOKS, badge, clock, fit, line, number, text_of
from ccd.cli.incident_brief import banner_lines
from ccd.cli.words import Words

__all__ = ["Look", "View", "view"]

Row = Mapping[str, Any]

ALARM = "bold white on red"
LONG_WAITS_S = (20.0, 60.0)
"""From the first a wait is shown in yellow, from the second in red with an exclamation mark."""

LONG_LAG_S = 1.0


@dataclass(frozen=True)
class Look:
    """How to show a picture. ``height`` None is as long as it takes; ``elapsed`` is its age in seconds."""

    width: int
    height: int | None = None
    elapsed: float = 0.0
    banner: str = ""
    """Shouted above everything: the daemon is gone."""
    scroll: int = 0
    detail: str = ""
    keys: bool = False


class View(NamedTuple):
    """``furthest`` is how far one can scroll down: 0 where everything is in sight."""

    lines: list[Text]
    furthest: int


def view(picture: Row, words: Words, look: Look) -> View:
    """The whole picture. With a height: exactly so many lines."""
    width = look.width
    pbxs = [pbx for pbx in picture.get("pbxs") or () if isinstance(pbx, Mapping)]
    head = [_title(picture, pbxs, words, look)]
    if look.banner:
        head.append(line(f" {look.banner}", width=width, style=ALARM))
    head += banner_lines(picture, words, width, look.elapsed)
    head += [_pbx_line(pbx, picture, words, look) for pbx in pbxs]
    head += _unwell(picture, words, width)
    head += _queue_lines(pbxs, words, look)
    head += _waiting_lines(pbxs, words, look)
    room = None if look.height is None else max(look.height - len(head) - 1, 0)
    agents = agent_lines(
        teams_of(pbxs, words), words, width=width, height=room, elapsed=look.elapsed, detail=look.detail
    )
    legend = _legend(words, look)
    if room is None or look.height is None:
        return View([*head, *agents, legend], 0)
    furthest = max(len(agents) - room, 0)
    body = _window(agents, room, min(look.scroll, furthest), words, width)
    body += [line(width=width)] * (room - len(body))
    return View([*[*head, *body][: look.height - 1], legend], furthest if room else 0)


def _window(body: list[Text], room: int, start: int, words: Words, width: int) -> list[Text]:
    """The part of the agents that is scrolled to; its last line says what lies below."""
    shown = body[start : start + room]
    below = len(body) - start - len(shown)
    if below and shown:
        shown[-1] = line((f" {words('more_below', count=below + 1)}", "black on white"), width=width)
    return shown


def _title(picture: Row, pbxs: Sequence[Row], words: Words, look: Look) -> Text:
    agents = sum(len(pbx.get("agents") or ()) for pbx in pbxs)
    waiting = sum(len(queue.get("waiting") or ()) for pbx in pbxs for queue in pbx.get("queues") or ())
    calls = sum(int(number(pbx, "calls_open")) for pbx in pbxs)
    summary = words("title_counts", agents=agents, calls=calls, waiting=waiting)
    moment = _local(picture.get("at"), picture, look.elapsed)
    title = "  ".join(part for part in (f" ccd {text_of(picture, 'ccd')}".rstrip(), moment, summary) if part)
    return line(title, width=look.width, style="reverse")


def _local(moment: object, picture: Row, elapsed: float = 0.0, format_: str = "%m-%d %H:%M:%S") -> str:
    try:
        at = datetime.fromisoformat(str(moment)) + timedelta(seconds=elapsed)
        zone = ZoneInfo(text_of(picture, "timezone") or "UTC")
    except (ValueError, OSError, KeyError, OverflowError):
        return ""
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(zone).strftime(format_)


def _pbx_line(pbx: Row, picture: Row, words: Words, look: Look) -> Text:
    name = text_of(pbx, "name")
    if pbx.get("blind_since"):
        since = _local(pbx["blind_since"], picture, format_="%H:%M:%S")
        blind = _local(picture.get("at"), picture) and clock(number(pbx, "blind_s") + look.elapsed)
        text = words("pbx_blind", name=name, since=since, time=blind)
        return line(f" {text}", width=look.width, style=ALARM)
    if not pbx.get("synced", True):
        key = "pbx_syncing" if pbx.get("linked") else "pbx_not_linked"
        return line(f" {words(key, name=name)}", width=look.width, style=ALARM)
    facts = [(f" {name}", "bold")]
    if version := text_of(pbx, "version"):
        facts.append((f"Asterisk {version}" if version[0].isdigit() else version, ""))
    if "synced" in pbx:
        facts.append((words("pbx_synced"), "green"))
    facts.append((words("pbx_calls", calls=int(number(pbx, "calls_open"))), ""))
    if pbx.get("silent_s") is not None:
        facts.append((words("pbx_heard", seconds=f"{number(pbx, 'silent_s'):.1f}"), ""))
    if "lag_s" in pbx:
        lag = number(pbx, "lag_s")
        facts.append((words("pbx_lag", seconds=f"{lag:.2f}"), "bold red" if lag >= LONG_LAG_S else ""))
    if reconnects := int(number(pbx, "reconnects")):
        facts.append((words("pbx_reconnects", count=reconnects), "yellow"))
    return line(*(part for fact in facts for part in (fact, "  ")), width=look.width)


def _unwell(picture: Row, words: Words, width: int) -> list[Text]:
    """What readiness finds fault with, the PBXs aside: they have their own lines. Shouted where it blocks."""
    checks = [check for check in picture.get("checks") or () if isinstance(check, Mapping)]
    faults = [
        check for check in checks if not check.get("ok") and not text_of(check, "check").startswith("pbx.")
    ]
    return [
        line(
            f" {text_of(check, 'check')}: {text_of(check, 'why')}",
            width=width,
            style=ALARM if check.get("blocks", True) else "yellow",
        )
        for check in faults
    ]


_COLUMNS = (  # title, key, cells at least
    ("queue_waiting", "waiting", 8),
    ("queue_longest", "longest_wait_s", 8),
    ("queue_ready", "ready", 6),
    ("queue_busy", "busy", 5),
    ("queue_paused", "paused", 7),
    ("queue_members", "members", 5),
    ("queue_answered", "answered", 7),
    ("queue_lost", "abandoned", 5),
    ("queue_level", "service_level", 6),
)


def _queue_lines(pbxs: Sequence[Row], words: Words, look: Look) -> list[Text]:
    queues = [
        (
            f"{text_of(pbx, 'name')}/{text_of(queue, 'name')}" if len(pbxs) > 1 else text_of(queue, "name"),
            queue,
        )
        for pbx in pbxs
        for queue in pbx.get("queues") or ()
    ]
    if not queues:
        return []
    needed = sum(cells for *_, cells in _COLUMNS)
    tables = max(min(look.width // (needed + 22), len(queues)), 1)
    rows = -(-len(queues) // tables)
    room = rows if look.height is None else max(look.height // 5, 2)
    rest = ""
    if rows > room:  # those with the longest waits, so that no caller is out of sight
        rows = room - 1
        queues.sort(key=lambda item: -number(item[1], "longest_wait_s"))
        rest = words("more_queues", count=len(queues) - rows * tables)
    wide = min(look.width // tables, needed + 40)
    name_width = max(wide - needed, 8)
    titles = "".join(fit(words(title), cells, right=True) for title, _, cells in _COLUMNS)
    title = fit(" " + words("queue"), name_width) + titles
    found = [line(*[(title, "underline bright_black")] * tables, width=look.width)]
    for row in range(rows):
        beside = queues[row : rows * tables : rows]
        found.append(
            line(
                *[part for item in beside for part in _queue_parts(*item, look, name_width)], width=look.width
            )
        )
    return [*found, line((f" {rest}", "bright_black"), width=look.width)] if rest else found


def _queue_parts(name: str, queue: Row, look: Look, name_width: int) -> list[tuple[str, str]]:
    parts = [(fit(" " + name, name_width - 1) + " ", "bold")]
    for _, key, cells in _COLUMNS:
        text, style = _queue_cell(queue, key, look.elapsed)
        parts.append((fit(text, cells, right=True), style))
    return parts


def _queue_cell(queue: Row, key: str, elapsed: float) -> tuple[str, str]:
    today = queue.get("today") or {}
    callers = queue.get("waiting") or ()
    longest = number(queue, "longest_wait_s") + elapsed
    match key:
        case "waiting":
            return str(len(callers)), _wait_style(longest) if callers else ""
        case "longest_wait_s":
            return (_wait(longest), _wait_style(longest)) if callers else ("", "")
        case "service_level":
            level = today.get("service_level")
            return ("" if level is None else f"{100 * level:.0f}%"), ""
        case "answered" | "abandoned":
            return (f"{number(today, key):.0f}" if key in today else ""), ""
    count = f"{number(queue, key):.0f}" if key in queue else ""
    return count, "green" if key == "ready" and number(queue, key) else ""


def _wait(seconds: float) -> str:
    return ("!" if seconds >= LONG_WAITS_S[1] else "") + clock(seconds)


def _wait_style(seconds: float) -> str:
    return "bold red" if seconds >= LONG_WAITS_S[1] else "yellow" if seconds >= LONG_WAITS_S[0] else ""


def _waiting_lines(pbxs: Sequence[Row], words: Words, look: Look) -> list[Text]:
    callers = [
        (number(caller, "wait_s") + look.elapsed, text_of(queue, "name"), text_of(caller, "number"))
        for pbx in pbxs
        for queue in pbx.get("queues") or ()
        for caller in queue.get("waiting") or ()
    ]
    if not callers:
        return []
    callers.sort(key=lambda caller: -caller[0])
    label = f" {words('callers')} "
    start = cell_len(label)
    columns = max((look.width - start) // 34, 1)
    rows = -(-len(callers) // columns)
    if look.height is not None:
        rows = min(rows, max(look.height // 16, 1))
    wide = (look.width - start) // columns
    cells = [_waiting_cell(*caller, wide) for caller in callers]
    if len(cells) > rows * columns:
        more = words("more_callers", count=len(cells) - rows * columns + 1)
        cells[rows * columns - 1 :] = [[(fit(f" {more}", wide), "bold yellow")]]
    found = []
    for row in range(rows):
        parts = [part for cell in cells[row * columns : (row + 1) * columns] for part in cell]
        found.append(line((label if row == 0 else " " * start, "bold"), *parts, width=look.width))
    return found


def _waiting_cell(wait: float, queue: str, caller: str, width: int) -> list[tuple[str, str]]:
    return [
        (fit(_wait(wait), 6, right=True) + " ", _wait_style(wait)),
        (fit(caller or "?", 15) + " ", ""),
        (fit(queue, width - 24) + " ", "bright_black"),
    ]


def _legend(words: Words, look: Look) -> Text:
    parts: list[tuple[str, str] | str] = [(words("keys"), "bright_black")] if look.keys else []
    for state, shape in LOOKS.items():
        letter, style = badge(state, words)
        if words.language == "zh_CN":  # there the letter is one of the word's own
            parts += [" ", (words(shape.word), style)]
        else:
            parts += [" ", (letter.strip(), style), f" {words(shape.word)}"]
    return line(*parts, width=look.width)
