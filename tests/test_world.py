"""People laid over the picture of a PBX: who is followed, what is kept when the roster changes."""

from __future__ import annotations

import itertools

from ccd.config import Settings
from ccd.engine import Engine
from ccd.events import (
    AgentChanged,
    ConfigReplaced,
    JournalBegan,
    PbxLinked,
    PbxSynced,
    Person,
    PersonArrived,
    PlanChanged,
    PlanDay,
    PlanRestored,
    RosterReplaced,
    SignInAsked,
    SpecialDay,
)
from ccd.replay import _take_up
from ccd.status import picture, readiness
from ccd.world import World
from tests.floor import START
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


def test_the_plan_and_the_calendar_are_part_of_the_world() -> None:
    day = START.date()
    kinds = {"day": {"start": "00:00", "minutes": 1440}}
    settings = Settings.model_validate({"shifts": {"kinds": kinds}})
    special = (SpecialDay(day=day, workday=False, name="盘点"),)
    planned = PlanDay(day=day, people='{"2001":[["day","A1","",""]],"2002":[["day","","",""]]}', whole=True)
    engine = Engine(World(Settings(), START))
    engine.step(ConfigReplaced(at=START, settings=settings.model_dump_json(), special_days=special))
    engine.step(PlanRestored(at=START, version="1", days=(planned,)))
    outcome = engine.step(
        PlanChanged(at=START, version="2", by="li", days=(PlanDay(day=day, people='{"2002":[]}'),))
    )
    world = engine.world
    assert [type(fact) for fact in outcome.facts] == [PlanChanged]
    assert world.calendar.day(day).name == "盘点"
    assert [duty.assignment.person for duty in world.plan.on_duty(START)] == ["2001"]
    assert world.plan.version == "2"
    engine.step(ConfigReplaced(at=START, settings=Settings().model_dump_json()))
    assert world.plan.on_duty(START) == ()  # the shift is gone, the plan is not
    assert world.plan.day(day).people.keys() == {"2001"}


def test_a_replay_takes_up_the_plan_where_its_journal_begins() -> None:
    day = START.date()
    engine = Engine(World(Settings(), START))
    plan = PlanRestored(at=START, version="7", days=(PlanDay(day=day, people="{}", whole=True),))
    special = (SpecialDay(day=day, workday=False),)
    _take_up(engine, JournalBegan(at=START, settings="", special_days=special, plan=plan), Settings())
    assert (engine.world.plan.version, engine.world.plan.days) == ("7", (day,))
    assert not engine.world.calendar.day(day).workday
