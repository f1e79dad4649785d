"""What a daemon is made of, built and wired to one runner, but not started: ``ccd.app`` does that."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from ccd.adapters.agi import AgiServer
from ccd.adapters.clock import Armed, Clock, utc_now
from ccd.adapters.control import ControlServer
from ccd.adapters.housekeeping import Housekeeping
from ccd.adapters.journal import Journal
from ccd.adapters.links import Links
from ccd.adapters.metrics import Metrics
from ccd.adapters.notify.email import Email
from ccd.adapters.notify.names import Names
from ccd.adapters.ops import OpsServer
from ccd.adapters.performer import Performer
from ccd.adapters.plan_window import PlanWindow
from ccd.adapters.pulse import Pulse
from ccd.adapters.recordings import Recordings
from ccd.adapters.reporting import Reporting
from ccd.adapters.sign_ins import SignIns
from ccd.adapters.store import Store
from ccd.adapters.store.entries import Deadline, DeadlineGone
from ccd.adapters.systemd import Notifier, watchdog_interval
from ccd.commands import Commands
from ccd.commands_reports import ReportCommands
from ccd.commands_shifts import ShiftCommands
from ccd.config import Mode, Settings
from ccd.effects import (
    AnswerSignIn,
    CancelDeadline,
    CollectMissed,
    MeasureRecording,
    SendAction,
    SetDeadline,
)
from ccd.engine import Engine
from ccd.parts_incidents import IncidentParts
from ccd.parts_quality import QualityParts
from ccd.parts_shifts import ShiftParts
from ccd.roster import Roster
from ccd.runner import Runner
from ccd.status import picture, readiness
from ccd.web.part import Web
from ccd.world import World

__all__ = ["Parts"]


class Parts:
    """``settings`` may be replaced: what is not fixed at start asks for them each time."""

    def __init__(
        self,
        settings: Settings,
        store: Store,
        journal: Journal | None,
        reload: Callable[[], Awaitable[str]],
    ) -> None:
        self.settings = settings
        self.world = World(settings, utc_now())
        self.metrics = Metrics(self.world)
        self.notifier = Notifier()
        self._build_core(store, journal)
        self._build_phones(store)
        self._build_front(store, reload)
        self._watch(store, journal)

    def _build_core(self, store: Store, journal: Journal | None) -> None:
        self.runner = Runner(
            Engine(self.world),
            store=store,
            observer=self.metrics,
            arm=self._arm,
            keep=lambda items: self.incidents.safekeeping.keep(items),
            perform=lambda effect: self.performer.perform(effect),
            restart_session=lambda name: self.links.restart(name),
            journal=journal,
        )
        self.clock = Clock(self.runner.submit, leaping=lambda: self.links.leap())
        self.pulse = Pulse(
            advanced=lambda: (self.runner.advanced, self.clock.scans),
            ping=self.notifier.watchdog,
            ping_every_s=watchdog_interval(),
            beat=store.beat,
            now=utc_now,
        )
        self.plan_window = PlanWindow(
            store,
            self.runner.submit,
            utc_now,
            lambda today: self.world.calendar.missing_year(today) if self.world.plan.days else None,
        )
        self.housekeeping = Housekeeping(
            retention_days=lambda: self.settings.store.retention_days, prune=store.prune, now=utc_now
        )

        self.reporting = Reporting(
            lambda: self.settings,
            store=store,
            people=lambda: self.world.roster.people,
            now=utc_now,
            email=Email(lambda: self.settings, utc_now, Names()),
        )

    def _build_phones(self, store: Store) -> None:
        submit = self.runner.submit
        self.sign_ins = SignIns(submit)
        self.incidents = IncidentParts(
            lambda: self.settings,
            world=self.world,
            store=store,
            submit=submit,
            session=lambda name: self.links.sessions.get(name),
            left_s=self.clock.left_s,
        )
        self.plan_commands = ShiftCommands(
            world=self.world, store=store, submit=submit, changing=self.plan_window.changing
        )
        self.shifts = ShiftParts(
            world=self.world,
            store=store,
            submit=submit,
            plan=self.plan_commands,
            notifiers=self.incidents.notifiers,
            session=lambda name: self.links.sessions.get(name),
        )
        self.quality = QualityParts(
            lambda: self.settings,
            world=self.world,
            store=store,
            submit=submit,
            session=lambda name: self.links.sessions.get(name),
        )
        self.links = Links(
            self.runner,
            roster=self._roster,
            sign_ins=self.sign_ins,
            acts=self.incidents.acts,
            watch=self._watch_link,
        )
        self.recordings = Recordings(
            lambda: self.settings.pbx, lambda: self.settings.policies.recordings, submit, utc_now
        )
        self.agi = AgiServer(
            self.settings.agi,
            roster=self._roster,
            pbx_names=lambda: self.settings.pbx,
            pin_hash=store.pin_hash,
            submit=submit,
            asks_pin=self._asks_pin,
            ask_pause=self.shifts.asks.ask,
            people_at=self.world.people_at,
        )
        self.performer = Performer(
            {
                SendAction: self.links.send,
                AnswerSignIn: self._answer,
                MeasureRecording: self.recordings.measure,
                CollectMissed: lambda effect: self.links.collect_missed(effect.pbx),
                **self.incidents.performers(),
                **self.shifts.performers(),
                **self.quality.performers(),
            }
        )

    def _build_front(self, store: Store, reload: Callable[[], Awaitable[str]]) -> None:
        self.ops = OpsServer(
            self.settings.metrics,
            page=self.metrics.exposition,
            ready=lambda: readiness(self.world, self.metrics.health()),
        )
        commands = Commands(
            world=self.world,
            runner=self.runner,
            sign_ins=self.sign_ins,
            picture=self.picture,
            replace_roster=store.replace_roster,
            set_pin=store.set_pin_hash,
            reload=reload,
        )
        reports = ReportCommands(self.reporting)
        self.web = Web(
            lambda: self.settings,
            world=self.world,
            store=store,
            acts=self.shifts.commands,
            submit=self.runner.submit,
            now=utc_now,
        )
        daemon = self.settings.daemon
        self.control = ControlServer(
            daemon.state_path() / "control.sock",
            commands.table()
            | self.incidents.commands.table()
            | self.plan_commands.table()
            | self.shifts.commands.table()
            | self.quality.commands.table()
            | self.web.commands.table()
            | reports.table(),
            streams={
                "watch": commands.watch,
                **self.incidents.commands.streams(),
                **reports.streams(),
            },
            group=daemon.control_group,
        )

    def _watch(self, store: Store, journal: Journal | None) -> None:
        watch = self.metrics.watch
        watch("store", "", store)
        watch("runner", "", self.runner)
        watch("pulse", "", self.pulse)
        watch("clock", "", self.clock)
        watch("performer", "", self.performer)
        watch("agi", "", self.agi)
        watch("safekeeping", "", self.incidents.safekeeping)
        watch("notify", "", self.incidents.notifiers)
        watch("pages", "", self.shifts.pages)
        watch("web", "", self.web)
        if journal is not None:
            watch("journal", "", journal)

    def _watch_link(self, name: str, session: object | None) -> None:
        if session is None:
            self.metrics.unwatch("ami", name)
        else:
            self.metrics.watch("ami", name, session)

    def picture(self) -> dict[str, Any]:
        """Everything as it is now: ``ccd.status.picture``."""
        return picture(self.world, utc_now(), health=self.metrics.health(), today=self.metrics.today)

    def _asks_pin(self) -> bool:
        presence = self.settings.policies.presence
        return presence.pin_required and presence.mode is not Mode.OFF

    def _arm(self, effect: SetDeadline | CancelDeadline) -> Deadline | DeadlineGone | None:
        """At once; what it gives is written with the facts of the same step."""
        armed = self.clock.arm(effect)
        if armed is None:
            return None
        return Deadline(*armed) if isinstance(armed, Armed) else DeadlineGone(armed.key)

    def _roster(self) -> Roster:
        return self.world.roster

    def _answer(self, effect: AnswerSignIn) -> None:
        if not self.sign_ins.answer(effect):
            self.agi.answer(effect)
