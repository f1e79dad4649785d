"""What the control socket may ask for: whoever sends it, it is held to the same rules."""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec
import pytest

from ccd.adapters.control import RefusedError
from ccd.commands import Commands
from ccd.events import Person

LI = Person("6001", "李雷", "agent", "一组", "1-01", "PJSIP/1001")
HAN = Person("6002", "韩梅梅", "agent", "一组", "1-02", "PJSIP/1002")


class Daemon:
    """Keeps what a command would have stored and put on the queue."""

    def __init__(self) -> None:
        self.kept: list[Any] = []
        self.drawn = 0
        self.submitted: list[Any] = []
        self.commands = Commands(
            world=None,  # type: ignore[arg-type]
            runner=self,  # type: ignore[arg-type]
            sign_ins=None,  # type: ignore[arg-type]
            picture=self._picture,
            replace_roster=self._keep,
            set_pin=None,  # type: ignore[arg-type]
            reload=None,  # type: ignore[arg-type]
        )

    def _picture(self) -> dict[str, Any]:
        self.drawn += 1
        return {"drawn": self.drawn}

    async def _keep(self, roster: object) -> None:
        self.kept.append(roster)

    def submit(self, event: object) -> None:
        self.submitted.append(event)

    async def roster_import(self, *people: Person) -> dict[str, Any]:
        return await self.commands.roster_import({"people": msgspec.to_builtins(people), "by": "li"})


async def test_a_roster_is_kept_before_it_is_put_on_the_queue_and_names_who_gave_it() -> None:
    daemon = Daemon()
    reply = await daemon.roster_import(LI, HAN)
    assert reply["people"] == 2
    assert daemon.kept == daemon.submitted
    assert (daemon.kept[0].people, daemon.kept[0].by) == ((LI, HAN), "li")


@pytest.mark.parametrize(
    ("people", "fault"),
    [
        ((LI, msgspec.structs.replace(HAN, code="6001")), "6001"),
        ((msgspec.structs.replace(LI, name="\x1b[31m"),), "control"),
        ((msgspec.structs.replace(LI, role="emperor"),), "emperor"),
        ((LI, msgspec.structs.replace(HAN, seat="1-01")), "1-01"),
    ],
    ids=["a code twice", "a control character", "no role", "a seat with two phones"],
)
async def test_a_roster_that_no_file_may_hold_is_refused_here_too(
    people: tuple[Person, ...], fault: str
) -> None:
    daemon = Daemon()
    with pytest.raises(RefusedError, match=fault):
        await daemon.roster_import(*people)
    assert daemon.kept == daemon.submitted == []


async def test_a_roster_of_nobody_is_refused() -> None:
    daemon = Daemon()
    with pytest.raises(RefusedError, match="a roster of nobody"):
        await daemon.roster_import()
    assert daemon.kept == daemon.submitted == []


async def test_whoever_watches_is_shown_a_new_picture_each_second_and_all_the_same() -> None:
    daemon = Daemon()
    watchers = [daemon.commands.watch({}) for _ in range(20)]
    first = [await anext(watcher) for watcher in watchers]
    second = await asyncio.gather(*(anext(watcher) for watcher in watchers))
    assert first == [{"picture": {"drawn": 1}}] * 20
    assert second == [{"picture": {"drawn": 2}}] * 20
    for watcher in watchers:
        await watcher.aclose()  # type: ignore[attr-defined]


async def test_whoever_asks_once_is_shown_what_is_now() -> None:
    daemon = Daemon()
    assert [(await daemon.commands.status({}))["picture"]["drawn"] for _ in range(2)] == [1, 2]
