"""The AMI sessions of all PBXs, wired to the runner: messages, link changes, missed sign-ins, actions."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Coroutine
from datetime import datetime

import structlog

from ccd.adapters.acts import Acts
from ccd.adapters.ami.actions import AmiError
from ccd.adapters.ami.counts import Cut
from ccd.adapters.ami.session import Session
from ccd.adapters.ami.wanted import WANTED
from ccd.adapters.clock import utc_now
from ccd.adapters.missed import MissedSignIns
from ccd.adapters.sign_ins import SignIns
from ccd.config import PbxSettings, secret_of
from ccd.effects import SendAction
from ccd.events import EffectDone, EffectFailed, PbxLinked, PbxLost, PbxSynced, ReportAsked
from ccd.roster import Roster
from ccd.runner import Runner

__all__ = ["Links"]

log = structlog.get_logger("ccd.links")

RECORDED_S = 30.0
COLLECT_S = 60.0


class Links:
    """One session per PBX. ``replace`` follows a reloaded configuration; unchanged PBXs are not touched."""

    def __init__(
        self,
        runner: Runner,
        *,
        roster: Callable[[], Roster],
        sign_ins: SignIns,
        acts: Acts,
        watch: Callable[[str, Session | None], None],
    ) -> None:
        self.sessions: dict[str, Session] = {}
        self._runner = runner
        self._roster = roster
        self._sign_ins = sign_ins
        self._acts = acts
        self._watch = watch
        self._settings: dict[str, tuple[PbxSettings, str]] = {}
        """With the secret: the file it stands in may say another one now."""
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._noted: dict[str, asyncio.Event] = {}
        self._jobs: set[asyncio.Task[None]] = set()
        self._changing = asyncio.Lock()
        self._closed = False
        self._complete = asyncio.Event()

    async def replace(self, pbxs: dict[str, PbxSettings]) -> None:
        """Raises ConfigError where a secret is missing; then nothing has changed. Nothing after ``close``."""
        secrets = {name: secret_of(name, settings) for name, settings in pbxs.items()}
        async with self._changing:  # reloads may overlap; the latest to ask has the last word
            if self._closed:
                return
            wanted = {name: (settings, secrets[name]) for name, settings in pbxs.items()}
            for name in [name for name in self.sessions if wanted.get(name) != self._settings[name]]:
                await self._end(name, "removed" if name not in pbxs else "reconfigured")
            for name, settings in pbxs.items():
                if name not in self.sessions:
                    self._begin(name, settings, secrets[name])

    def _begin(self, name: str, settings: PbxSettings, secret: str) -> None:
        runner = self._runner

        def linked(at: datetime, version: str, boot: str) -> None:
            log.info("pbx_linked", pbx=name, version=version)
            runner.in_order(name, PbxLinked(at=at, pbx=name, version=version, boot=boot))

        def synced(at: datetime) -> None:
            missing = tuple(session.missing_lists)
            log.info("pbx_synced", pbx=name, missing=missing)
            runner.in_order(name, PbxSynced(at=at, pbx=name, missing=missing))
            if all(each.synced for each in self.sessions.values()):
                self._complete.set()

        def lost(at: datetime, last_heard: datetime, why: str) -> None:
            log.log(
                logging.INFO if why == Cut.STOPPED else logging.WARNING,
                "pbx_lost",
                pbx=name,
                why=why,
                last_heard=last_heard.isoformat(),
            )
            runner.in_order(name, PbxLost(at=at, pbx=name, last_heard=last_heard, why=why))

        session = Session(
            name,
            settings,
            secret,
            wanted=WANTED,
            on_messages=lambda at, messages: runner.messages(name, at, messages),
            on_linked=linked,
            on_synced=synced,
            on_lost=lost,
            clock=utc_now,
            rng=None,
        )
        self.sessions[name] = session
        self._watch(name, session)
        self._settings[name] = settings, secret
        self._noted[name] = asyncio.Event()
        self._tasks[name] = asyncio.create_task(self._follow(name, session), name=f"ami-{name}")

    async def _follow(self, name: str, session: Session) -> None:
        async with asyncio.TaskGroup() as group:
            collecting = group.create_task(self._collect_missed(name, session))
            await session.run()
            collecting.cancel()

    async def _end(self, name: str, why: str) -> None:
        log.info("pbx_link_ended", pbx=name, why=why)
        session = self.sessions.pop(name)
        self._watch(name, None)
        del self._settings[name], self._noted[name]
        await session.close()
        await asyncio.gather(self._tasks.pop(name), return_exceptions=True)

    async def first_picture(self, timeout_s: float) -> None:
        """Wait until all PBXs are in sync for the first time, or the time is up."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(timeout_s):
                await self._complete.wait()

    def restart(self, name: str) -> None:
        """Start over from a snapshot."""
        if (session := self.sessions.get(name)) is not None:
            session.restart()

    def leap(self) -> None:
        """Our time is about to leap forward: blind from now on, until each PBX has been asked anew."""
        now = utc_now()
        for name, session in self.sessions.items():
            self._runner.in_order(name, PbxLost(at=now, pbx=name, last_heard=now, why=Cut.CLOCK))
            session.restart(Cut.CLOCK, "the wall clock has leapt forward, and ours follows it")

    def collect_missed(self, name: str) -> None:
        """The dialplan has noted a sign-in: read it now."""
        if (noted := self._noted.get(name)) is not None:
            noted.set()

    def send(self, effect: SendAction) -> None:
        self._spawn(self._send(effect))

    async def _send(self, effect: SendAction) -> None:
        session = self.sessions.get(effect.pbx)
        try:
            if session is None:
                raise ConnectionError(f"no PBX is called {effect.pbx}")
            await (session.feed if effect.feeds else session.action)(effect.fields)
        except (AmiError, OSError, ValueError) as error:
            self._runner.submit(EffectFailed(at=utc_now(), key=effect.key, error=str(error)))
        else:
            self._runner.submit(EffectDone(at=utc_now(), key=effect.key))

    async def _collect_missed(self, name: str, session: Session) -> None:
        """Sign-ins and reports that the dialplan noted in AstDB; also while AMI was up.

        A mark goes when it is recorded. The dialplan says that there is one; it is looked for without that,
        too.
        """
        noted = self._noted[name]
        missed = MissedSignIns(name, session, roster=self._roster)
        while True:
            noted.clear()
            if session.synced:
                try:
                    async for report in missed.reports():
                        await self._report(report)
                    async for event in missed.read():
                        if isinstance(event, ReportAsked):
                            await self._report(event)
                        else:
                            await self._sign_ins.ask(event, RECORDED_S)
                except (AmiError, TimeoutError) as error:
                    log.warning("missed_sign_ins_unread", pbx=name, error=str(error))
                except Exception:  # a defect here is no reason to stop following the PBX
                    log.exception("missed_sign_ins_failed", pbx=name)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(COLLECT_S if session.synced else 1.0):
                    await noted.wait()

    async def _report(self, event: ReportAsked) -> None:
        """Raises TimeoutError where it is not known to be safe: its mark stays, and is read again."""
        answer = await self._acts.ask(event, RECORDED_S)
        if answer.saved == "memory":
            raise TimeoutError("the report is kept in memory only")

    def _spawn(self, work: Coroutine[object, object, None]) -> None:
        job = asyncio.create_task(work)
        self._jobs.add(job)
        job.add_done_callback(self._jobs.discard)

    async def close(self) -> None:
        self._closed = True
        async with self._changing:
            for name in list(self.sessions):
                await self._end(name, "stopping")
        for job in self._jobs:
            job.cancel()
        await asyncio.gather(*self._jobs, return_exceptions=True)
