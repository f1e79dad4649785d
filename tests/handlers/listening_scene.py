"""A floor with agents on calls, and whoever listens to them: inputs in, facts and effects out."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import Any

from ccd import events as e
from ccd.effects import AnswerAsked, EndListening, ListenTo, TurnListening
from ccd.events.listening import ListeningAsked, ListeningEnded
from tests.handlers.shift_scene import ShiftScene, local

__all__ = ["PEOPLE", "ListeningScene", "heard"]


def _person(code: str, seat: str, role: str, team: str) -> e.Person:
    interface = f"PJSIP/{seat}" if seat else ""
    return e.Person(code, f"name {code}", role, team, f"S{seat}" if seat else "", interface)


PEOPLE = (
    _person("2001", "1001", "agent", "A"),
    _person("2002", "1002", "agent", "B"),
    _person("2003", "1003", "senior_agent", "A"),
    _person("2004", "1004", "telesales", "A"),
    _person("3001", "1011", "team_lead", "A"),
    _person("3002", "1012", "team_lead", "B"),
    _person("3003", "1013", "duty_lead", "B"),
    _person("5001", "1021", "qa_analyst", ""),
    _person("5002", "1022", "qa_analyst", "A"),
    _person("5003", "1023", "qa_manager", ""),
    _person("5004", "1024", "trainer", ""),
    _person("4001", "1031", "operations_manager", ""),
    _person("4002", "", "department_head", ""),
    _person("9001", "1041", "management", ""),
)


class ListeningScene(ShiftScene):
    """Everybody who has a phone is signed in; ``talk`` puts somebody on a call."""

    def __init__(self, *, settings: Mapping[str, Any] | None = None) -> None:
        self._calls = itertools.count(1)
        super().__init__(local("2026-03-02 10:00"), mode="off", people=PEOPLE, listening={"mode": "enforce"})
        if settings:
            whole = self.settings.model_dump()
            whole["policies"]["listening"].update(settings)
            self.settings = type(self.settings).model_validate(whole)
            self.configure()
        for one in PEOPLE:
            if one.seat:
                self.sign("arrive", one.code, one.seat)

    def configure(self) -> None:
        self.take(e.ConfigReplaced(at=self.at, settings=self.settings.model_dump_json()))

    # --- calls --------------------------------------------------------------------------------------------

    def channel(self, name: str, uniqueid: str, linkedid: str = "", *, state: str = "6", **more: str) -> None:
        self.ami(
            "Newchannel",
            Channel=name,
            Uniqueid=uniqueid,
            Linkedid=linkedid or uniqueid,
            ChannelState=state,
            **more,
        )

    def talk(self, number: str) -> str:
        """A caller and this phone in one bridge; gives the Uniqueid of the phone's channel."""
        n = next(self._calls)
        caller, agent = f"17.{n}1", f"17.{n}2"
        self.channel(f"PJSIP/trunk-0000000{n}", caller)
        self.channel(f"PJSIP/{number}-0000000{n}", agent, caller)
        for uniqueid, name in ((caller, "trunk"), (agent, number)):
            self.ami(
                "BridgeEnter",
                BridgeUniqueid=f"bridge-{n}",
                Channel=f"PJSIP/{name}-0000000{n}",
                Uniqueid=uniqueid,
                Linkedid=caller,
            )
        return agent

    def hangup(self, uniqueid: str, cause: str = "16") -> None:
        name = self.world.pbxs["main"].channels[uniqueid].name
        self.ami("Hangup", Channel=name, Uniqueid=uniqueid, Linkedid=uniqueid, Cause=cause)

    # --- listening ----------------------------------------------------------------------------------------

    def ask(self, actor: str, person: str, how: str = "listen", **values: str) -> AnswerAsked:
        return self.act("listening", how, person=person, actor=actor, **values)

    def listening(self, actor: str, person: str, how: str = "listen", **values: str) -> str:
        """Asked, picked up, and on the call. Gives its id."""
        answer = self.ask(actor, person, how, **values)
        assert answer.accepted, answer
        name = answer.result["listening"]
        self.picks_up(name)
        self.goes_on(name, how)
        return name

    def picks_up(self, name: str) -> None:
        asked = self.latest(ListeningAsked, listening=name)
        self.channel(f"{asked.listener}-000000aa", name)

    def goes_on(self, name: str, how: str, spied: str = "") -> None:
        """As the dialplan and ChanSpy tell it, now and at each turn."""
        asked = self.latest(ListeningAsked, listening=name)
        key = {"listen": "4", "whisper": "5", "barge": "6"}[how]
        self.ami("UserEvent", UserEvent="CcdListen", Uniqueid=name, Key=name, What="on", How=key)
        self.ami(
            "ChanSpyStart",
            SpyerChannel=f"{asked.listener}-000000aa",
            SpyerUniqueid=name,
            SpyeeChannel=asked.channel,
            SpyeeUniqueid=spied or asked.spied,
        )

    def tells(self, name: str, what: str) -> None:
        self.ami("UserEvent", UserEvent="CcdListen", Uniqueid=name, Key=name, What=what, How="4")

    def fails(self, name: str, reason: str) -> None:
        self.ami(
            "OriginateResponse",
            Response="Failure",
            Context="ccd-listen",
            Exten=name,
            Uniqueid=name,
            Reason=reason,
        )

    def emergency(self, person: str, number: str) -> None:
        """A live one at this phone, reported by its call."""
        agent = next(
            channel.uniqueid
            for channel in self.world.pbxs["main"].channels.values()
            if channel.interface == f"PJSIP/{number}"
        )
        self.take(
            e.ReportAsked(
                at=self.at,
                request=f"report-{agent}",
                ladder="threat",
                how="phone",
                pbx="main",
                uniqueid=agent,
            )
        )
        assert any(one.live for one in self.world.incidents.values())

    # --- what came of it ----------------------------------------------------------------------------------

    def rings(self) -> list[ListenTo]:
        return self.of_effects(ListenTo)

    def turns(self) -> list[TurnListening]:
        return self.of_effects(TurnListening)

    def ends(self) -> list[EndListening]:
        return self.of_effects(EndListening)

    def why(self, name: str) -> str:
        return self.latest(ListeningEnded, listening=name).why


def heard(how: str = "listen") -> tuple[ListeningScene, str, str]:
    """The lead listens to 2001: the scene, the listening, the Uniqueid of the agent's channel."""
    scene = ListeningScene()
    agent = scene.talk("1001")
    return scene, scene.listening("3001", "2001", how), agent
