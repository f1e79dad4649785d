"""People laid over the picture of a PBX: who is followed, what is kept when the roster changes."""

from __future__ import annotations

import itertools

from ccd.events import AgentChanged, PbxLinked, PbxSynced, Person, PersonArrived, RosterReplaced, SignInAsked
from ccd.status import picture, readiness
from tests.following.playback import PBX, Player

LI = Person("6001", "李雷", "telesales", "一组", "1-01", "PJSIP/1001")
HAN = Person("6002", "韩梅梅", "telesales", "一组", "1-02", "PJSIP/1002")


def roster(player: Player, *people: Person) -> None:
    player.step(RosterReplaced(at=player.tick(), version=str(player.at), people=people, by="test"))


def floor(*people: Person) -> Player:
    player = Player()
    roster(player, *people)
    player.link()
    player.sync()
    return player


def test_a_phone_that_leaves_the_roster_and_comes_back_has_one_interval_after_the_other() -> None:
    player = floor(LI, HAN)
    roster(player, HAN)
    roster(player, LI, HAN)
    changes = [fact for fact in player.of(AgentChanged) if fact.interface == "PJSIP/1001"]
    for before, after in itertools.pairwise(changes):
        assert (after.was, after.since) == (before.state, before.at)


def test_a_phone_that_left_the_roster_is_shown_no_more() -> None:
    player = floor(LI, HAN)
    roster(player, HAN)
    (pbx,) = picture(player.world, player.at, health={})["pbxs"]
    assert [agent["interface"] for agent in pbx["agents"]] == ["PJSIP/1002"]


def test_who_vouched_at_the_console_stands_in_the_fact() -> None:
    player = floor(LI)
    player.step(
        SignInAsked(player.tick(), "r1", PBX, "1-01", "6001", "arrive", True, "console", by="supervisor")
    )
    (arrived,) = player.of(PersonArrived)
    assert (arrived.how, arrived.by) == ("console", "supervisor")


def test_a_pbx_that_refuses_a_list_is_not_ready() -> None:
    player = Player()
    player.step(PbxLinked(at=player.tick(), pbx=PBX, version="22", boot="b"))
    player.step(PbxSynced(at=player.tick(), pbx=PBX, missing=("QueueStatus",)))
    check = next(row for row in readiness(player.world, {}) if row["check"] == f"pbx.{PBX}")
    assert not check["ok"]
    assert "QueueStatus" in check["why"]
