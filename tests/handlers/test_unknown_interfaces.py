"""Unknown interfaces: the admin is told once, with the line to add."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from ccd.config import Mode, Settings, UnknownInterfacesSettings
from ccd.effects import Effect, Notify
from ccd.engine import Engine
from ccd.events import Event, InterfaceUnknown, PbxSynced, Person, RosterReplaced
from ccd.handlers.unknown_interfaces import decide
from ccd.message import Message
from ccd.roster import parse
from ccd.world import World

T0 = datetime(2026, 3, 2, tzinfo=UTC)
HEADER = "code,name,role,team,seat,interface,pbx,agency,language\n"


ROSTER = RosterReplaced(T0, "1", (Person("1", "A", "agent", "一组", "1", "PJSIP/1001", "north"),), "admin")


def world(*, roster: bool = True) -> World:
    made = World(Settings(), T0)
    if roster:
        made.apply(ROSTER)
    return made


def told(interface: str = "PJSIP/1041", member: str = "张三", at: datetime = T0) -> Notify:
    (notify,) = decide(InterfaceUnknown(at, "north", interface, member), world(), UnknownInterfacesSettings())
    assert isinstance(notify, Notify)
    return notify


def test_the_admin_gets_the_line_to_add() -> None:
    notify = told()
    assert notify.audience == "admin"
    assert notify.text.startswith("PJSIP/1041 on north is a queue member, but in no row of the roster")
    assert notify.text.endswith(": CODE,张三,agent,TEAM,1041,PJSIP/1041,north,,,,")
    assert notify.because.startswith("unknown_interfaces: ")


@pytest.mark.parametrize("interface", ["PJSIP/1041", "Local/1041@agents/n", "DAHDI/i1/1041", "PJSIP/seat-12"])
def test_the_line_is_right_but_for_code_and_team(interface: str) -> None:
    line = told(interface).text.rpartition(": ")[2].replace("CODE", "1041")
    (person,) = parse((HEADER + line).encode(), filename="r.csv")
    assert (person.interface, person.pbx, person.name) == (interface, "north", "张三")


@pytest.mark.parametrize("member", ["=1+1", "a\r\nAction: x", "", "\x1b[2J", "x" * 5000])
def test_a_hostile_name_stays_on_one_short_line(member: str) -> None:
    text = told(member=member).text
    assert text.isprintable()
    assert len(text) < 500
    line = text.rpartition(": CODE")[2]
    assert not line.startswith(",=")


def test_the_same_interface_has_the_same_key_whenever_it_is_seen() -> None:
    assert told().key == told(member="李四", at=T0.replace(hour=3)).key
    assert told().key != told("PJSIP/1042").key


@pytest.mark.parametrize(("mode", "count"), [("off", 0), ("observe", 0), ("notify", 1), ("enforce", 1)])
def test_the_mode_says_whether_anybody_is_told(mode: str, count: int) -> None:
    event = InterfaceUnknown(T0, "north", "PJSIP/1041", "张三")
    for roster in (True, False):
        assert len(decide(event, world(roster=roster), UnknownInterfacesSettings(mode=Mode(mode)))) == count


def test_without_a_roster_one_notice_is_enough_and_every_fact_is_kept() -> None:
    engine = Engine(world(roster=False))
    engine.step(PbxSynced(T0, "north"))
    facts: list[Event] = []
    effects: list[Effect] = []
    for number in range(1001, 1034):
        added = {"Event": "QueueMemberAdded", "Queue": "q", "MemberName": "x", "Membership": "dynamic"}
        outcome = engine.message("north", T0, Message("QueueMemberAdded", wire(added, f"PJSIP/{number}")))
        facts += outcome.facts
        effects += outcome.effects
    assert sum(isinstance(fact, InterfaceUnknown) for fact in facts) == 33
    (notice,) = [effect for effect in effects if isinstance(effect, Notify)]
    assert notice.text.startswith("no roster has been imported")
    (left,) = [effect for effect in engine.step(ROSTER).effects if isinstance(effect, Notify)]
    assert "no row for 32 queue members: PJSIP/1002 on north, " in left.text
    assert left.text.endswith(" and 22 more")


def wire(fields: dict[str, str], interface: str) -> str:
    fields = {**fields, "Interface": interface, "StateInterface": interface, "Status": "1", "Paused": "0"}
    return "".join(f"{name}: {value}\r\n" for name, value in fields.items())
