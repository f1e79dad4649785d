"""What the control socket may ask about incidents: report one, act on it, look at it, add evidence.

A command becomes an input of the policy and is answered when the policy has: ``ok`` means it is kept. The
request's id comes from the client, so that a command sent twice (a reply was lost) is one act.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, Protocol

import msgspec

from ccd.adapters.clock import utc_now
from ccd.adapters.control import RefusedError
from ccd.adapters.evidence import Evidence, EvidenceError
from ccd.adapters.store.entries import Audited
from ccd.adapters.store.errors import StoreError, UnavailableError
from ccd.commands_requests import Once, given_file, id_of, name_in, text_in, user_of
from ccd.config import Settings
from ccd.effects import AnswerAct
from ccd.events import CopyKept, Event, EvidenceKept, IncidentAct, IncidentFact, ReportAsked
from ccd.events.incidents import IncidentFacts
from ccd.incidents.acts import ACTS
from ccd.incidents.checklist import AnswerError, check
from ccd.incidents.making import deadline_key
from ccd.incidents.state import Incident, fold
from ccd.incidents.view import brief, timeline, view
from ccd.incidents.words import visible
from ccd.roster import Roster

__all__ = ["IncidentCommands"]

Reply = dict[str, Any]
ANSWER_S = 5.0
STORE_S = 1.0
WATCH_S = 1.0
POLL_S = 0.02

WHY = {
    "unknown_pbx": "no PBX is called so; `ccd status` lists them",
    "unknown_seat": "the roster has no such seat; `ccd roster show` lists them",
    "no_such_call": "there is none of that id now; `ccd status --json` has the ids",
    "not_an_agents_leg": "that leg is no agent's; give the agent's seat",
}
"""Reports that are refused (``ccd.following.lookup``), in words that say what to do."""


class World(Protocol):
    """What these commands look at."""

    @property
    def settings(self) -> Settings: ...
    @property
    def roster(self) -> Roster: ...
    @property
    def incidents(self) -> Mapping[str, Incident]: ...


class Acts(Protocol):
    async def ask(self, event: ReportAsked | IncidentAct, timeout_s: float) -> AnswerAct: ...


class IncidentCommands:
    """``facts_of`` reads an incident's facts from the store, as JSON with their tags; ``left_s`` says what a
    deadline has left; ``audit`` puts a look at the evidence on record, and does not wait.
    """

    def __init__(
        self,
        *,
        world: World,
        acts: Acts,
        evidence: Evidence,
        submit: Callable[[Event], None],
        facts_of: Callable[[str], Awaitable[list[str]]],
        left_s: Callable[[str], float | None],
        audit: Callable[[Audited], None],
    ) -> None:
        self._world = world
        self._acts = acts
        self._evidence = evidence
        self._submit = submit
        self._facts_of = facts_of
        self._left_s = left_s
        self._audit = audit
        self._once = Once()

    def table(self) -> dict[str, Callable[[Reply], Awaitable[Reply]]]:
        return {
            "incident_report": self.report,
            "incident_act": self.act,
            "incident_list": self.list_,
            "incident_show": self.show,
            "incident_evidence": self.add_evidence,
            "incident_audit": self.audit,
        }

    def streams(self) -> dict[str, Callable[[Reply], AsyncIterator[Reply]]]:
        return {"incident_watch": self.watch}

    async def report(self, request: Reply) -> Reply:
        """``ladder``; ``seat``, ``call`` or ``uniqueid`` with ``pbx`` name a call; ``note``; ``drill``,
        ``fast``; ``person``: whose report it is, by the code of the roster. Gives ``incident``.
        """
        ladders = self._world.settings.policies.incidents.ladders
        ladder = name_in(request, "ladder") or "threat"
        if ladder not in ladders:
            raise RefusedError(f"ladder: none is called {visible(ladder)!r}; there are: {', '.join(ladders)}")
        event = ReportAsked(
            at=utc_now(),
            request=id_of(request),
            ladder=ladder,
            how="console",
            pbx=self._pbx(request),
            uniqueid=name_in(request, "uniqueid"),
            seat=name_in(request, "seat"),
            call=name_in(request, "call"),
            by=self._reporter(request),
            note=text_in(request, "note"),
            drill=request.get("drill") is True,
            fast=request.get("fast") is True,
        )
        return await self._ask(event)

    async def act(self, request: Reply) -> Reply:
        """``act`` is one of ``ccd.incidents.acts.ACTS``, ``person`` whose it is. Gives ``incident``."""
        act = name_in(request, "act")
        if act not in ACTS:
            raise RefusedError(f"act: {visible(act)!r} is none; there are: {', '.join(ACTS)}")
        incident = self._named(request)
        question, value = name_in(request, "question"), text_in(request, "value")
        if act == "detail":
            try:
                value = check(question, value, incident.ladder)
            except AnswerError as error:
                raise RefusedError(str(error)) from None
        event = IncidentAct(
            at=utc_now(),
            request=id_of(request),
            incident=incident.id,
            act=act,
            how="console",
            person=self._person(request),
            by=user_of(request),
            question=question,
            value=value,
        )
        who = {"act": act, "person": event.person, "name": self._name_of(event.person)}
        return await self._ask(event) | who

    async def list_(self, request: Reply) -> Reply:
        """Those open, the oldest first; with ``all`` also those closed since the daemon started."""
        now = utc_now()
        return {
            "incidents": [
                brief(incident, now, self._name_of, self._armed_s(incident))
                for incident in sorted(self._world.incidents.values(), key=lambda one: one.opened)
                if incident.open or request.get("all") is True
            ]
        }

    async def show(self, request: Reply) -> Reply:
        """``incident`` as ``ccd.incidents.view`` has it, and its ``timeline`` (None while the store does not
        answer), with the ``names`` of the people in it. It lists the evidence: the look is audited.
        """
        reply = await self._shown(request)
        self._look("incident_show", reply["incident"]["id"], request)
        return reply

    async def _shown(self, request: Reply) -> Reply:
        name = name_in(request, "incident")
        known = self._world.incidents.get(name) if name else self._only()
        kept = await self._kept(name or (known.id if known else ""))
        if known is None and kept:
            found: dict[str, Incident] = {}
            for fact in kept:
                fold(found, fact)
            known = found.get(name)
        if known is None:
            raise RefusedError(self._none_called(name))
        shown = view(known, utc_now(), self._name_of, self._armed_s(known))
        told = None if kept is None else timeline(kept)
        return {"incident": shown, "timeline": told, "names": self._names(shown, told or ())}

    async def watch(self, request: Reply) -> AsyncIterator[Reply]:
        """What ``show`` gives, once a second until the client goes. Raises RefusedError as it does."""
        reply = await self.show(request)
        named: Reply = {
            "incident": reply["incident"]["id"]
        }  # another one that opens meanwhile changes nothing
        while True:
            yield reply
            await asyncio.sleep(WATCH_S)
            reply = await self._shown(named)

    async def add_evidence(self, request: Reply) -> Reply:
        """Adds a file: its content as ``data`` (base64, for where the daemon does not see the user's files),
        or the one at ``path`` as the daemon sees it. ``name``: what it is called there.
        """
        incident = self._named(request)
        path = Path(name_in(request, "path", limit=4_096))
        with given_file(request, path) as file:
            try:
                name = name_in(request, "name") or path.name
                copied = await self._evidence.add_file(incident.id, file, name)
            except EvidenceError as error:
                raise RefusedError(str(error)) from None
        source = str(path)
        if (before := incident.evidence.get(source)) is not None and before.sha256 != copied.sha256:
            source += f" ({copied.sha256[:8]})"  # two files of one name are two pieces of evidence
        kept = CopyKept(
            at=utc_now(),
            key=f"{incident.id}-file-{copied.sha256[:16]}",
            incident=incident.id,
            source=source,
            path=str(copied.path),
            size=copied.size,
            sha256=copied.sha256,
            final=True,
            by=user_of(request),
        )
        self._submit(kept)
        await self._on_record(incident.id, kept.path)
        name = copied.path.name
        return {"incident": incident.id, "name": name, "size": kept.size, "sha256": kept.sha256}

    async def _on_record(self, incident: str, path: str) -> None:
        """Whoever is answered may make a bundle at once. A store that is away is not waited for."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(STORE_S):
                while (facts := await self._kept(incident)) is not None:
                    if any(isinstance(fact, EvidenceKept) and fact.path == path for fact in facts):
                        return
                    await asyncio.sleep(POLL_S)

    async def audit(self, request: Reply) -> Reply:
        """Somebody took a bundle of an incident by themselves: ``incident``, ``file``, its ``sha256``."""
        name = name_in(request, "incident")
        told = {key: name_in(request, key, limit=4_096) for key in ("file", "sha256")}
        self._look("bundle", name, request, **told)
        return {}

    def _look(self, act: str, incident: str, request: Reply, **data: str) -> None:
        text = msgspec.json.encode(data).decode()
        self._audit(Audited(utc_now(), user_of(request), act, incident, text))

    # --- the policy ---------------------------------------------------------------------------------------

    async def _ask(self, event: ReportAsked | IncidentAct) -> Reply:
        return await self._once.do(event, self._answered)

    async def _answered(self, event: ReportAsked | IncidentAct) -> Reply:
        try:
            effect = await self._acts.ask(event, ANSWER_S)
        except TimeoutError:
            raise RefusedError(
                f"no answer in {ANSWER_S:.0f} s: it may be taken all the same; `ccd incident list` shows it. "
                "Do not wait for ccd: tell the duty lead yourself"
            ) from None
        if not effect.accepted:
            raise RefusedError(f"{effect.why}: {WHY[effect.why]}" if effect.why in WHY else effect.why)
        return {"incident": effect.incident, "saved": effect.saved}

    # --- what is named ------------------------------------------------------------------------------------

    def _named(self, request: Reply) -> Incident:
        """The open incident of that id; without one the only one that is open."""
        name = name_in(request, "incident")
        known = self._world.incidents.get(name) if name else self._only()
        if known is None:
            raise RefusedError(self._none_called(name))
        return known

    def _only(self) -> Incident:
        known = self._open()
        if len(known) == 1:
            return known[0]
        if not known:
            raise RefusedError("no incident is open; `ccd incident list --all` shows those that are closed")
        raise RefusedError(f"{len(known)} incidents are open; name one of them:\n{_listed(known)}")

    def _none_called(self, name: str) -> str:
        known = self._open()
        rest = f"open now:\n{_listed(known)}" if known else "none is open now"
        return f"incident: there is none called {visible(name)!r}; {rest}"

    def _open(self) -> list[Incident]:
        return [incident for incident in self._world.incidents.values() if incident.open]

    def _pbx(self, request: Reply) -> str:
        """The one named, or the only one there is; "" where it is for the policy to find out."""
        name, known = name_in(request, "pbx"), list(self._world.settings.pbx)
        if name and name not in known:
            raise RefusedError(f"pbx: none is called {visible(name)!r}; there are: {', '.join(known)}")
        return name or (known[0] if len(known) == 1 else "")

    def _person(self, request: Reply) -> str:
        code = name_in(request, "person")
        if code and self._world.roster.by_code(code) is None:
            raise RefusedError(
                f"person: nobody in the roster has the code {visible(code)!r}; `ccd roster show` lists them"
            )
        return code

    def _reporter(self, request: Reply) -> str:
        """Who asked stays on record also where it is somebody else's report: ``6001 (root)``."""
        person, user = self._person(request), user_of(request)
        return f"{person} ({user})" if person else user

    # --- what is shown ------------------------------------------------------------------------------------

    async def _kept(self, incident: str) -> list[IncidentFact] | None:
        """None where the store does not answer: what is in memory is shown all the same."""
        try:
            async with asyncio.timeout(STORE_S):
                kept = await self._facts_of(incident)
                return [msgspec.json.decode(text, type=IncidentFacts) for text in kept]
        except (StoreError, UnavailableError, TimeoutError):
            return None

    def _armed_s(self, incident: Incident) -> float | None:
        return self._left_s(deadline_key(incident, "police"))

    def _name_of(self, code: str) -> str:
        person = self._world.roster.by_code(code) if code else None
        return person.name if person else ""

    def _names(self, shown: Reply, told: Iterable[Reply]) -> dict[str, str]:
        codes = {shown["agent"], shown["by"]}
        for row in told:
            codes |= {str(row.get("person", "")), str(row.get("by", "")), *row.get("people", ())}
        return {code: name for code in sorted(codes) if (name := self._name_of(code))}


def _listed(incidents: Iterable[Incident]) -> str:
    return "\n".join(
        f"{one.id}  seat {visible(one.facts.seat) or '-'}  {one.phase.value}" for one in incidents
    )
