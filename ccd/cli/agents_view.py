"""The agents of the terminal view: by team, as large as they fit.

A card shows the state's letter, seat, name, reason and time in state, a smaller one less of it. Where even
the smallest do not fit, a line per team shows how many are in each state.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from rich.cells import cell_len
from rich.text import Text

from ccd.cli.cells import LOOKS, badge, clip, clock, fit, line, number, text_of
from ccd.cli.words import Words

__all__ = ["DETAILS", "Team", "agent_lines", "teams_of"]

Row = Mapping[str, Any]
Part = tuple[str, str] | str


class Card(NamedTuple):
    """Cells of a card at least, of its seat, and after it. The tiny card is a letter and a seat, no more.

    Dense cards have their team's name before them instead of a line of its own.
    """

    width: int
    seat: int
    gap: int = 2
    dense: bool = False


CARDS: dict[str, Card] = {
    "large": Card(38, 7),
    "medium": Card(27, 6),
    "small": Card(18, 0),
    "dense": Card(18, 0, dense=True),
    "tiny": Card(7, 5, 1),
}
DETAILS = (*CARDS, "teams")


class Team(NamedTuple):
    name: str
    agents: list[Row]


def teams_of(pbxs: Sequence[Row], words: Words) -> list[Team]:
    """Agents by team in the order of the roster's teams; those of several PBXs say which."""
    teams: dict[tuple[str, str], list[Row]] = {}
    for pbx in pbxs:
        for agent in pbx.get("agents") or ():
            teams.setdefault((text_of(pbx, "name"), text_of(agent, "team")), []).append(agent)
    found = []
    for (pbx_name, name), agents in teams.items():
        title = name or words("no_team")
        found.append(Team(f"{pbx_name}/{title}" if len(pbxs) > 1 else title, agents))
    return found


def agent_lines(
    teams: Sequence[Team], words: Words, *, width: int, height: int | None, elapsed: float, detail: str = ""
) -> list[Text]:
    """In the most detail that fits ``height`` lines (``detail`` forces one); maybe more lines than fit."""
    for name in (detail,) if detail else DETAILS:
        if name == "teams":
            break
        if detail or height is None or _height(teams, CARDS[name], width) <= height:
            return list(_cards(teams, CARDS[name], words, width, elapsed))
    return [_team_line(team, words, width) for team in teams]


def _columns(card: Card, width: int) -> int:
    return max((width + card.gap) // (card.width + card.gap), 1)


def _height(teams: Sequence[Team], card: Card, width: int) -> int:
    columns = _columns(card, width)
    if card.dense:
        return sum(-(-(1 + len(team.agents)) // columns) for team in teams)
    return sum(1 + -(-len(team.agents) // columns) for team in teams)


def _cards(teams: Sequence[Team], card: Card, words: Words, width: int, elapsed: float) -> Iterator[Text]:
    columns = _columns(card, width)
    wide = (width + card.gap) // columns - card.gap
    for team in teams:
        cells: list[list[Part]]
        if card is CARDS["tiny"]:
            cells = [[_chip(agent, card, words)] for agent in team.agents]
        else:
            cells = [_card(agent, card, words, wide, elapsed) for agent in team.agents]
        if card.dense:
            count = f" {len(team.agents)}"
            cells.insert(0, [(fit(clip(team.name, wide - len(count)) + count, wide), "bold underline")])
        else:
            yield _team_line(team, words, width)
        for start in range(0, len(cells), columns):
            row = cells[start : start + columns]
            yield line(*(part for cell in row for part in (*cell, " " * card.gap)), width=width)


def _chip(agent: Row, card: Card, words: Words) -> tuple[str, str]:
    letter, style = badge(agent.get("state"), words)
    place = _place(agent)[-card.seat :]  # the end of a seat's name tells it from its neighbours
    return fit(letter.strip() + " " + place, card.width), style


def _card(agent: Row, card: Card, words: Words, width: int, elapsed: float) -> list[Part]:
    mark = badge(agent.get("state"), words)
    style = "bright_black" if agent.get("state") == "logged_off" else ""
    time = fit(clock(number(agent, "seconds") + elapsed) if agent.get("since") else "", 6, right=True)
    left = width - cell_len(mark[0]) - 1 - len(time)
    seat = fit(_place(agent), min(card.seat, left))
    left -= cell_len(seat)
    name = clip(_who(agent) or _place(agent), left)
    left -= cell_len(name)
    reason = clip(text_of(agent, "reason"), left - 1)
    if cell_len(reason) < min(cell_len(text_of(agent, "reason")), 6):  # a scrap says nothing
        reason = ""
    note = (fit(f" {reason}" if reason else "", left), "yellow")
    return [mark, " ", (seat, "bold " + style), (name, style), note, (time, style)]


def _place(agent: Row) -> str:
    """The seat; without one, the phone."""
    return text_of(agent, "seat") or text_of(agent, "interface").rpartition("/")[2]


def _who(agent: Row) -> str:
    """Who sits there, by sign-in; else whose place it is by the roster."""
    people = [text_of(person, "name") or text_of(person, "code") for person in agent.get("people") or ()]
    return "+".join(people) or text_of(agent, "name")


def _team_line(team: Team, words: Words, width: int) -> Text:
    counts = Counter(str(agent.get("state")) for agent in team.agents)
    unknown = sum(count for state, count in counts.items() if state not in LOOKS)
    counts["unknown"] += unknown
    slot = 5 if words.language == "zh_CN" else 4
    name_width = max(min(width - 5 - (slot + 2) * len(LOOKS), 24), 6)
    parts: list[Part] = [
        (fit(team.name, name_width), "bold"),
        (fit(str(len(team.agents)), 5, right=True), "bold"),
    ]
    for state in LOOKS:
        letter, style = badge(state, words)
        count = counts[state]
        chip = letter.strip() + (f"{count:>3}" if count < 1000 else f"{count // 1000:>2}k")
        parts += ["  ", (chip, style) if count else " " * slot]
    return line(*parts, width=width)
