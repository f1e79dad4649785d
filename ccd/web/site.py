"""What every request needs, and who asks: the one place where a token becomes a person with rights."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Any, TypeVar

import msgspec
from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from sqlalchemy.ext.asyncio import AsyncConnection

from ccd.adapters.audio import Audio
from ccd.adapters.recording_files import Digests
from ccd.adapters.store import Store
from ccd.adapters.store.entries import Audited
from ccd.adapters.store.errors import StoreError
from ccd.commands_acts import ActCommands
from ccd.config import Settings
from ccd.events import Event
from ccd.web.limits import Limits
from ccd.web.problems import ProblemError, language_of
from ccd.web.rights import Principal, Scope, post_of
from ccd.web.sealed import Links, RecordingIds
from ccd.web.tokens import Token, Tokens
from ccd.world import World

__all__ = ["Here", "Site", "Who", "needs", "site_of"]

T = TypeVar("T")

STORE_S = 5.0
"""So long an answer waits for the store."""
READERS = 4
"""Threads that read files: the daemon's own are left alone."""


@dataclass
class Site:
    settings: Callable[[], Settings]
    world: World
    store: Store
    acts: ActCommands
    submit: Callable[[Event], None]
    """Onto the queue: what was found is not decided here."""
    tokens: Tokens
    ids: RecordingIds
    links: Links
    audio: Audio
    now: Callable[[], datetime]
    url: Callable[[], str]
    digests: Digests = field(default_factory=Digests)
    by_token: Limits = field(default_factory=Limits)
    by_address: Limits = field(default_factory=Limits)
    threads: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(READERS, "ccd-web"))
    streaming: int = 0
    """Recordings on their way."""
    failures: int = 0
    """Requests with no token, or a bad one."""
    served: int = 0
    """Recordings given out, whole or in part."""
    amiss: int = 0
    """Recordings that were not what they should be."""

    async def read(self, question: Callable[[AsyncConnection], Awaitable[T]]) -> T:
        """Of the store. Raises ProblemError where it does not answer."""
        try:
            async with asyncio.timeout(STORE_S):
                return await self.store.read(question)
        except (StoreError, TimeoutError):
            raise ProblemError("store", {"Retry-After": "5"}) from None

    async def in_thread(self, work: Callable[..., T], *given: Any) -> T:
        return await asyncio.get_running_loop().run_in_executor(self.threads, work, *given)

    async def audit(self, who: str, act: str, subject: str, told: dict[str, Any]) -> None:
        """Returns when it is written. Raises ProblemError where it is not: then nothing may be given out."""
        try:
            async with asyncio.timeout(STORE_S):
                await self.store.commit([self._entry(who, act, subject, told)])
        except (StoreError, TimeoutError):
            raise ProblemError("store", {"Retry-After": "5"}) from None

    def note(self, act: str, subject: str, told: dict[str, Any]) -> None:
        """A finding of ccd's own; nothing waits for it."""
        self.store.enqueue([self._entry("ccd", act, subject, told)])

    def _entry(self, who: str, act: str, subject: str, told: dict[str, Any]) -> Audited:
        return Audited(self.now(), who, act, subject, msgspec.json.encode(told).decode())

    def language(self, request: Request) -> str:
        return language_of(request, self.settings().daemon.language)

    # --- who asks -----------------------------------------------------------------------------------------

    def by_secret(self, secret: str, address: str) -> Principal:
        """Raises ProblemError. An address with many failures is told to wait, but never with a good token:
        behind a proxy all have the same.
        """
        token = self.tokens.find(secret) if secret else None
        if token is None:
            self.failures += 1
            most = self.settings().web.failures_per_minute
            wait = self.by_address.take(address, time.monotonic(), most, most)
            if wait:
                raise _slow_down(wait)
            headers = {"WWW-Authenticate": 'Bearer realm="ccd"'}
            raise ProblemError("bad_token" if secret else "no_token", headers)
        return self.by_token_of(token, "token")

    def by_token_of(self, token: Token, via: str) -> Principal:
        most = self.settings().web.requests_per_minute
        wait = self.by_token.take(token.token, time.monotonic(), most, max(most // 10, 10))
        if wait:
            raise _slow_down(wait)
        posts = post_of(self.settings(), self.world.roster, token.person)
        if not posts:
            raise ProblemError("not_in_roster", person=token.person)
        return Principal(token.person, posts, token.scopes, via, token.token)


def _slow_down(wait: float) -> ProblemError:
    seconds = int(wait) + 1
    return ProblemError("slow_down", {"Retry-After": str(seconds)}, seconds=seconds)


async def site_of(request: Request) -> Site:
    site: Site = request.app.state.site
    return site


def address_of(request: Request) -> str:
    return request.client.host if request.client else ""


_bearer = HTTPBearer(auto_error=False, description="A token: `ccd token new PERSON --scope SCOPE`.")
Here = Annotated[Site, Depends(site_of)]
Secret = Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]


async def signed_in(request: Request, site: Here, secret: Secret) -> Principal:
    return site.by_secret(secret.credentials if secret is not None else "", address_of(request))


Who = Annotated[Principal, Depends(signed_in)]


def needs(scope: Scope) -> Any:
    """A person whose token is for this."""

    async def checked(who: Who) -> Principal:
        return held_to(who, scope)

    return Depends(checked)


def held_to(who: Principal, scope: Scope) -> Principal:
    if not who.has(scope):
        raise ProblemError("scope", scope=scope.value, person=who.person)
    return who
