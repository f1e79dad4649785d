"""The people of the simulated centre: the same ones every time for the same settings."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator

from ccd.config import SimulatorSettings
from ccd.events import Person

__all__ = ["is_telesales", "queue_of", "roster"]

_FAMILY = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕"
_GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超霞平刚玲红鹏飞梅鑫波燕辉宁婷浩宇欣怡梓涵晨雨佳琪"
_AGENCIES = ("", "华信人力", "中联服务", "")
_DIGITS = "零一二三四五六七八九"

AGENTS_PER_LEAD = 10
TELESALES_PER_LEAD = 5

REACHED_OUTSIDE = ("duty_lead", "operations_manager", "department_head", "management")
"""Who has a mobile phone: of +1 202 555 0100 to 0199, which are kept free for stories and ring nowhere."""


def roster(settings: SimulatorSettings, pbx: str = "") -> tuple[Person, ...]:
    """Agents first, in the order of their phones (PJSIP/1001 …), then leads, then those over the teams; the
    last of these have no seat on the floor.

    The last of several teams sells by telephone: no queue, five agents to a lead. ``pbx`` is the name of
    the ``[pbx.NAME]`` they sit at.
    """
    names = _names(random.Random(0))
    people: list[Person] = []
    places: Counter[int] = Counter()

    def add(role: str, team: int, *, seated: bool = True) -> None:
        number = 1001 + len(people)
        places[team] += seated
        outside = role in REACHED_OUTSIDE
        people.append(
            Person(
                code=str(number + 5000),
                name=next(names),
                role=role,
                team=team_name(team) if team else "",
                seat=f"{team}-{places[team]:02d}" if seated else "",
                interface=f"PJSIP/{number}" if seated else "",
                pbx=pbx,
                agency=_AGENCIES[number % len(_AGENCIES)] if team and role != "team_lead" else "",
                language="zh_CN",
                phone=f"+120255501{REACHED_OUTSIDE.index(role) + 1:02d}" if outside else "",
                email=f"{role.replace('_', '-')}@example.com" if outside else "",
            )
        )

    sizes = _team_sizes(settings)
    for team, size in enumerate(sizes, start=1):
        post = "telesales" if is_telesales(team, settings) else "agent"
        for place in range(1, size + 1):
            add("senior_agent" if place == size > 2 else post, team)
    for team, size in enumerate(sizes, start=1):
        span = TELESALES_PER_LEAD if is_telesales(team, settings) else AGENTS_PER_LEAD
        for _ in range(-(-size // span)):
            add("team_lead", team)
    over = ["duty_lead", "operations_manager", "qa_manager"]
    over += ["qa_analyst"] * -(-len(sizes) // 2) + ["trainer"] * -(-len(sizes) // 4)
    for role in over:
        add(role, 0)
    for role in ("department_head", "management"):
        add(role, 0, seated=False)
    return tuple(people)


def is_telesales(team: int, settings: SimulatorSettings) -> bool:
    """Whether the team of that number (from 1) sells by telephone."""
    return team == settings.teams > 1


def queue_of(team: int) -> str:
    """The queue that a team of that number serves."""
    return ("service", "billing", "complaints")[(team - 1) % 3]


def team_name(number: int) -> str:
    """一组, 二组 … 十组, 十一组 … 九十九组, 一百组."""
    tens, ones = divmod(number, 10)
    if number == 100:
        return "一百组"
    head = "" if tens == 0 else "十" if tens == 1 else _DIGITS[tens] + "十"
    return head + (_DIGITS[ones] if ones else "") + "组"


def _team_sizes(settings: SimulatorSettings) -> list[int]:
    """Agents spread evenly; with fewer agents than teams, the last teams are empty and left out."""
    size, rest = divmod(settings.agents, settings.teams)
    sizes = [size + (number < rest) for number in range(settings.teams)]
    return [size for size in sizes if size]


def _names(rng: random.Random) -> Iterator[str]:
    """Names that do not repeat: there are some 80,000."""
    seen: set[str] = set()
    while True:
        given = "".join(rng.sample(_GIVEN, 1 if rng.random() < 0.25 else 2))
        name = rng.choice(_FAMILY) + given
        if name not in seen:
            seen.add(name)
            yield name
