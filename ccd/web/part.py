"""The API as a part of the daemon: built with it, started once the store is open, stopped in a second."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from ccd.adapters.audio import Audio
from ccd.adapters.keys import own_key
from ccd.adapters.store import Store
from ccd.adapters.store.place import WEB_KEY
from ccd.adapters.store.web_queries import tokens
from ccd.commands_acts import ActCommands
from ccd.config import Settings
from ccd.events import Event
from ccd.web.app import api, guarded
from ccd.web.commands import TokenCommands
from ccd.web.sealed import Links, RecordingIds
from ccd.web.server import WebServer
from ccd.web.site import Site
from ccd.web.tokens import Tokens
from ccd.world import World

__all__ = ["Web"]


class Web:
    """``settings`` are asked for each time; where it listens is fixed at the start. Raises ConfigError where
    its key cannot be had.
    """

    def __init__(
        self,
        settings: Callable[[], Settings],
        *,
        world: World,
        store: Store,
        acts: ActCommands,
        submit: Callable[[Event], None],
        now: Callable[[], datetime],
    ) -> None:
        state = settings().daemon.state_path()
        key = own_key(state / WEB_KEY)
        self.site = Site(
            settings=settings,
            world=world,
            store=store,
            acts=acts,
            submit=submit,
            tokens=Tokens(store.commit, store.enqueue, now),
            ids=RecordingIds(key),
            links=Links(key, lambda: now().timestamp()),
            audio=Audio(state / "web", settings),
            now=now,
            url=lambda: self.server.url,
        )
        self.guard = guarded(api(self.site), self.site)
        self.server = WebServer(settings().web, self.guard)
        self.commands = TokenCommands(self.site, lambda: self.server.port)

    async def start(self) -> None:
        """Raises ConfigError, naming the setting, where the address cannot be had; StoreError."""
        self.site.tokens.restore(await self.site.store.read(tokens))
        if self.site.settings().web.enabled:
            await self.server.start()

    async def stop(self) -> None:
        await self.server.stop()
        await self.site.audio.close()
        self.site.threads.shutdown(wait=False, cancel_futures=True)

    # --- what Prometheus is told ----------------------------------------------------------------------------

    @property
    def requests(self) -> int:
        return self.guard.requests

    @property
    def active(self) -> int:
        return self.guard.active

    @property
    def refused(self) -> int:
        return self.guard.refused

    @property
    def cut(self) -> int:
        return self.guard.cut

    @property
    def failures(self) -> int:
        return self.site.failures

    @property
    def served(self) -> int:
        return self.site.served

    @property
    def amiss(self) -> int:
        return self.site.amiss

    @property
    def decoder_failures(self) -> int:
        return self.site.audio.failures
