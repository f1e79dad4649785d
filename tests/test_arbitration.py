"""While an incident is live no other policy acts on its phone or call; what it meant to do is on record."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from ccd import engine as engines
from ccd import events as e
from ccd.effects import Effect, SendAction
from tests.handlers.incident_scene import Scene


def unpausing(interface: str) -> SendAction:
    fields = (("Action", "QueuePause"), ("Interface", interface), ("Paused", "false"))
    return SendAction("meal-over", "meals: the window is over", "main", fields)


def busybody(effect: SendAction) -> Any:
    """A policy that enforces something whenever somebody leaves a seat."""

    def decide(event: e.Event, world: object, settings: object) -> list[e.Event | Effect]:
        return [effect]

    return SimpleNamespace(NAME="recordings", CONSUMES=(e.PersonLeft,), decide=decide)


def scene_with(effect: SendAction, monkeypatch: pytest.MonkeyPatch) -> Scene:
    monkeypatch.setattr(engines, "POLICIES", (*engines.POLICIES, busybody(effect)))
    return Scene()


def somebody_leaves(scene: Scene) -> None:
    scene.engine.world.pbxs["main"].emit(
        e.PersonLeft(at=scene.at, person="1002", pbx="main", seat="A-2", how="phone")
    )
    scene.take(e.EffectDone(at=scene.at, key="anything"))


@pytest.mark.parametrize(
    ("interface", "withheld"), [("PJSIP/1001", True), ("PJSIP/1002", False)], ids=["its phone", "another"]
)
def test_an_action_on_the_incidents_phone_is_withheld_and_recorded(
    monkeypatch: pytest.MonkeyPatch, interface: str, withheld: bool
) -> None:
    effect = unpausing(interface)
    scene = scene_with(effect, monkeypatch)
    scene.report()
    somebody_leaves(scene)
    assert (effect in scene.effects) is not withheld
    assert [fact.policy for fact in scene.of(e.EnforcementWithheld)] == ["recordings"] * withheld


def test_without_a_live_incident_policies_act(monkeypatch: pytest.MonkeyPatch) -> None:
    effect = unpausing("PJSIP/1001")
    scene = scene_with(effect, monkeypatch)
    scene.report()
    scene.attends("4001")
    somebody_leaves(scene)
    assert effect in scene.effects
