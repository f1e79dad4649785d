"""What is true of the world at the moment Prometheus asks: agents, queues, calls, and how far to trust it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime

from prometheus_client.core import GaugeMetricFamily, Metric

from ccd.adapters.metrics.labels import OTHER, Labels
from ccd.adapters.metrics.times import StateTimes
from ccd.events import AgentState
from ccd.following.picture import Pbx
from ccd.status import blind_s, followed, pbx_names, printable, standing
from ccd.world import World

__all__ = ["agents", "links", "queues", "world_families"]

Key = tuple[str, ...]

_STANDINGS = ("ready", "paused", "busy", "unavailable")


def world_families(world: World, now: datetime, labels: Labels, times: StateTimes) -> Iterator[Metric]:
    """Each family is built in one go, so that the loop may turn between two of them."""
    yield from links(world, now)
    yield from agents(world, labels)
    yield from times.collect(world, now)
    yield from queues(world, now, labels)


def links(world: World, now: datetime) -> Iterator[Metric]:
    blind = GaugeMetricFamily(
        "ccd_pbx_blind", "1 while nothing is known of this PBX: cut off, or not in sync yet.", labels=["pbx"]
    )
    synced = GaugeMetricFamily("ccd_pbx_synced", "1 while the picture of this PBX is whole.", labels=["pbx"])
    age = GaugeMetricFamily(
        "ccd_pbx_last_event_age_seconds",
        "Seconds since the latest AMI event of this PBX that was worked on.",
        labels=["pbx"],
    )
    info = GaugeMetricFamily(
        "ccd_pbx_info", "Always 1; the version this PBX gave.", labels=("pbx", "version")
    )
    calls = GaugeMetricFamily("ccd_calls_open", "Calls that have not ended.", labels=["pbx"])
    channels = GaugeMetricFamily("ccd_channels_open", "Channels that have not hung up.", labels=["pbx"])
    present = GaugeMetricFamily("ccd_people_present", "People signed in at a seat.", labels=["pbx"])
    for name in pbx_names(world):
        pbx = world.pbxs.get(name) or Pbx(name)
        blind.add_metric([name], not pbx.synced or blind_s(pbx, now) > 0)
        synced.add_metric([name], pbx.synced)
        info.add_metric([name, printable(pbx.version)], 1)
        calls.add_metric([name], len(pbx.calls))
        channels.add_metric([name], len(pbx.channels))
        present.add_metric([name], sum(len(at) for (site, _), at in world.presence.items() if site == name))
        if pbx.last_event is not None:
            age.add_metric([name], max((now - pbx.last_event).total_seconds(), 0.0))
    yield from (blind, synced, age, info, calls, channels, present)


def agents(world: World, labels: Labels) -> Iterator[Metric]:
    family = GaugeMetricFamily(
        "ccd_agents",
        "Agents by team, state and, where paused, the reason.",
        labels=("pbx", "team", "state", "reason"),
    )
    unknown = GaugeMetricFamily(
        "ccd_unknown_interfaces", "Followed queue members that no row of the roster names.", labels=["pbx"]
    )
    for pbx in followed(world):
        for (team, state, reason), count in _count_agents(world, pbx, labels).items():
            family.add_metric([pbx.name, team, state, reason], count)
        unknown.add_metric(
            [pbx.name], sum(not agent.rostered and not agent.retired for agent in pbx.agents.values())
        )
    yield family
    yield unknown


def _count_agents(world: World, pbx: Pbx, labels: Labels) -> dict[Key, float]:
    """Every state of a team that has agents, also with none in it; of reasons only those in use."""
    counts: Counter[Key] = Counter()
    team_of = world.roster.team_of_interface
    for agent in pbx.agents.values():
        if agent.retired:
            continue
        team = labels.value(pbx.name, "team", team_of(pbx.name, agent.device))
        state = agent.state or AgentState.UNKNOWN
        reason = ""
        if state is AgentState.PAUSED and agent.reason:
            reason = labels.value(pbx.name, "reason", agent.reason)
        counts[team, state, reason] += 1
    shown: dict[Key, float] = {}
    for team in sorted({key[0] for key in counts}):
        for state in AgentState:
            shown[team, state, ""] = counts[team, state, ""]
    reasons = sorted((key for key in counts if key[2]), key=lambda key: (-counts[key], key))
    room = labels.reasons_left(pbx.name)
    for index, key in enumerate(reasons):
        # The largest are named; what there is no room for goes to one line of its team.
        named = key if index < room else (key[0], key[1], OTHER)
        shown[named] = shown.get(named, 0) + counts[key]
    return shown


def queues(world: World, now: datetime, labels: Labels) -> Iterator[Metric]:
    waiting: dict[Key, float] = {}
    longest: dict[Key, float] = {}
    members: dict[Key, float] = {}
    for pbx in followed(world):
        for queue in pbx.queues.values():
            key = (pbx.name, labels.value(pbx.name, "queue", queue.name))
            waits = [(now - caller.joined).total_seconds() for caller in queue.waiting()]
            waiting[key] = waiting.get(key, 0) + len(waits)
            longest[key] = max(longest.get(key, 0.0), *waits, 0.0)
            standings = [standing(pbx.agents[member.device], member) for member in queue.members.values()]
            for what in _STANDINGS:
                members[*key, what] = members.get((*key, what), 0) + standings.count(what)
    queue_labels = ("pbx", "queue")
    yield _gauge("ccd_queue_callers_waiting", "Callers who wait.", queue_labels, waiting)
    yield _gauge("ccd_queue_longest_wait_seconds", "Wait of who waits longest.", queue_labels, longest)
    yield _gauge(
        "ccd_queue_members",
        "Members by what they are to this queue: ready, paused, busy or unavailable.",
        (*queue_labels, "state"),
        members,
    )


def _gauge(name: str, text: str, labels: tuple[str, ...], values: dict[Key, float]) -> Metric:
    family = GaugeMetricFamily(name, text, labels=labels)
    for key, value in values.items():
        family.add_metric(key, value)
    return family
