"""The real parts of the daemon, to be watched."""

from __future__ import annotations

from pathlib import Path

from ccd.adapters.agi import AgiServer
from ccd.adapters.ami.session import Session
from ccd.adapters.asks import Asks
from ccd.adapters.clock import Clock, utc_now
from ccd.adapters.journal import Journal
from ccd.adapters.metrics.components import Kind
from ccd.adapters.notify import Notifiers
from ccd.adapters.pages import Pages
from ccd.adapters.performer import Performer
from ccd.adapters.pulse import Pulse
from ccd.adapters.safekeeping import Safekeeping
from ccd.adapters.spool import Spool
from ccd.adapters.store import Store
from ccd.commands_acts import ActCommands
from ccd.config import Settings, StoreSettings
from ccd.engine import Engine
from ccd.roster import Roster
from ccd.runner import Runner
from ccd.web.part import Web
from ccd.world import World
from tests.floor import START, Floor


class Parts:
    """The real parts of the daemon, watched; none of them does any work."""

    def __init__(self, floor: Floor, folder: Path) -> None:
        self.floor = floor
        self.folder = folder

    async def __aenter__(self) -> dict[Kind, object]:
        def ignore(*args: object, **kwargs: object) -> None:
            return None

        async def nothing(code: str) -> str | None:
            return None

        async def saved(items: object) -> str:
            return "store"

        floor, metrics = self.floor, self.floor.metrics
        self.store = await Store.open(StoreSettings(), self.folder)
        runner = Runner(
            Engine(World(floor.settings, START)),
            store=self.store,
            observer=metrics,
            arm=ignore,
            keep=saved,
            perform=ignore,
            restart_session=ignore,
        )
        agi = AgiServer(
            floor.settings.agi,
            roster=Roster,
            pbx_names=lambda: ["main"],
            pin_hash=nothing,
            submit=ignore,
        )
        agi.counts["accepted"] += 1
        session = Session(
            "main",
            floor.settings.pbx["main"],
            "x",
            wanted={},
            on_messages=ignore,
            on_linked=ignore,
            on_synced=ignore,
            on_lost=ignore,
            clock=lambda: floor.at,
        )
        session.last_heard = START
        session.cuts_by_reason["silent"] += 1
        runner.lags.observe(0.003)
        notifiers = Notifiers(lambda: floor.settings, ignore, utc_now, lambda incident: True)
        notifiers.delivered["email"] += 1
        notifiers.given_up["webhook"] += 1
        pages = Pages(floor.world, publish=notifiers.publish, session=ignore)
        pages.delivered["email"] += 1
        pages.given_up["mqtt"] += 1
        pages.rings["answered"] += 1
        pulse = Pulse(advanced=tuple, ping=ignore, ping_every_s=None, beat=ignore, now=utc_now)
        pulse.stalls.observe(0.003)
        here = Settings.model_validate({"daemon": {"state_dir": self.folder}})
        acts = ActCommands(world=floor.world, asks=Asks(ignore))
        parts: dict[Kind, object] = {
            "ami": session,
            "runner": runner,
            "pulse": pulse,
            "clock": Clock(ignore),
            "performer": Performer({}),
            "store": self.store,
            "journal": Journal(self.folder / "journal", max_bytes=1_000_000, retention_days=1),
            "agi": agi,
            "config": Configured(),
            "safekeeping": Safekeeping(self.store, Spool(self.folder / "ccd.spool", 65_536)),
            "notify": notifiers,
            "pages": pages,
            "web": Web(
                lambda: here, world=floor.world, store=self.store, acts=acts, submit=ignore, now=utc_now
            ),
        }
        for kind, part in parts.items():
            metrics.watch(kind, "main" if kind == "ami" else "", part)
        return parts

    async def __aexit__(self, *error: object) -> None:
        await self.store.close()


class Configured:
    config_fault = ""
