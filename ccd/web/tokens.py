"""Tokens of people and programs: ``ccd_`` and 43 characters out of 32 random bytes.

The secret is shown once, when it is made; what is kept is its SHA-256, which is enough: nobody can try 2^256.
All tokens are in memory: a look-up needs no store, and changes go through the daemon alone. A lent one is for
one errand of `ccd` on this machine; it is kept nowhere and ends with the daemon.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Awaitable, Callable, Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from ccd.adapters.store.entries import Entry, TokenMade, TokenRevoked, TokenUsed
from ccd.web.rights import Scope

__all__ = ["PREFIX", "Token", "Tokens"]

PREFIX = "ccd_"
USED_EVERY = timedelta(minutes=1)
LENT_FOR = timedelta(hours=1)
LENT_MOST = 200


@dataclass(frozen=True)
class Token:
    """As it is kept; ``token`` names it and opens nothing."""

    token: str
    hash: str
    person: str
    scopes: frozenset[Scope]
    note: str
    by: str
    made: datetime
    expires: datetime
    revoked: datetime | None = None
    used: datetime | None = None
    lent: bool = False

    def good(self, at: datetime) -> bool:
        return self.revoked is None and at < self.expires


class Tokens:
    def __init__(
        self,
        commit: Callable[[Iterable[Entry]], Awaitable[None]],
        enqueue: Callable[[Iterable[Entry]], None],
        now: Callable[[], datetime],
    ) -> None:
        self._commit = commit
        self._enqueue = enqueue
        self._now = now
        self._known: dict[str, Token] = {}
        """By hash."""

    def restore(self, rows: Iterable[dict[str, Any]]) -> None:
        """What the store has."""
        for row in rows:
            scopes = frozenset(Scope(name) for name in (row["scopes"] or "").split() if name in set(Scope))
            if not all((row["hash"], row["made"], row["expires"])):
                continue
            self._known[row["hash"]] = Token(
                token=row["token"],
                hash=row["hash"],
                person=row["person"] or "",
                scopes=scopes,
                note=row["note"] or "",
                by=row["by_whom"] or "",
                made=row["made"],
                expires=row["expires"],
                revoked=row["revoked"],
                used=row["used"],
            )

    def find(self, secret: str) -> Token | None:
        """The token of this secret while it is good; its use is noted, at most once a minute."""
        if not secret.startswith(PREFIX) or len(secret) > 100:
            return None
        token = self._known.get(_hash(secret))
        at = self._now()
        if token is None or not token.good(at):
            return None
        if token.used is None or at - token.used >= USED_EVERY:
            token = self._known[token.hash] = replace(token, used=at)
            if not token.lent:
                self._enqueue([TokenUsed(token.token, at)])
        return token

    def named(self, name: str) -> Token | None:
        """Whether good or not."""
        return next((token for token in self._known.values() if token.token == name), None)

    def all(self) -> list[Token]:
        return sorted(self._known.values(), key=lambda token: (token.made, token.token))

    async def make(
        self, person: str, scopes: Collection[Scope], *, note: str, by: str, good_for: timedelta
    ) -> tuple[Token, str]:
        """The token and its secret, when it is kept. Raises StoreError."""
        token, secret = self._new(person, scopes, note, by, good_for)
        told = " ".join(sorted(token.scopes))
        kept = TokenMade(token.token, token.hash, person, told, note, by, token.made, token.expires)
        await self._commit([kept])
        self._known[token.hash] = token
        return token, secret

    def lend(self, person: str, scopes: Collection[Scope], *, note: str, by: str) -> tuple[Token, str]:
        """For an errand; the caller writes down that it was lent."""
        token, secret = self._new(person, scopes, note, by, LENT_FOR)
        lent = [each for each in self.all() if each.lent]
        for number, each in enumerate(lent):
            if not each.good(self._now()) or len(lent) - number >= LENT_MOST:
                del self._known[each.hash]
        self._known[token.hash] = replace(token, lent=True)
        return token, secret

    async def revoke(self, name: str, *, by: str) -> Token | None:
        """At once, and for good; None where there is no such token. Raises StoreError."""
        token = self.named(name)
        if token is None or token.revoked is not None:
            return token
        at = self._now()
        ended = self._known[token.hash] = replace(token, revoked=at)
        if not token.lent:
            await self._commit([TokenRevoked(name, token.person, by, at)])
        return ended

    def _new(
        self, person: str, scopes: Collection[Scope], note: str, by: str, good_for: timedelta
    ) -> tuple[Token, str]:
        secret, at = PREFIX + secrets.token_urlsafe(32), self._now()
        name = secrets.token_hex(4)
        while self.named(name) is not None:
            name = secrets.token_hex(4)
        return Token(name, _hash(secret), person, frozenset(scopes), note, by, at, at + good_for), secret


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()
