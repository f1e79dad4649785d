"""While an incident is live, no other policy acts on its phone or call; facts are recorded all the same."""

from __future__ import annotations

from collections.abc import Iterable

from ccd.effects import SendAction
from ccd.following.picture import interface_of
from ccd.incidents.state import Incident

__all__ = ["protecting"]

_NAMED_BY = ("Channel", "ExtraChannel", "Interface", "StateInterface", "Extension")


def protecting(incidents: Iterable[Incident], effect: SendAction) -> Incident | None:
    """The live incident whose phone or call this action names; None where it touches none."""
    named = {value for name, value in effect.fields if name in _NAMED_BY}
    named |= {interface_of(value) for value in named}
    for incident in incidents:
        facts = incident.facts
        mine = {facts.interface, facts.channel, facts.caller_channel, facts.uniqueid, facts.caller_uniqueid}
        if incident.live and facts.pbx == effect.pbx and not named.isdisjoint(mine - {""}):
            return incident
    return None
