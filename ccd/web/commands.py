"""What the control socket may ask about tokens: to make, list, revoke and lend them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

from ccd.adapters.control import RefusedError
from ccd.adapters.store.errors import StoreError
from ccd.commands_requests import name_in, user_of
from ccd.web.problems import ProblemError
from ccd.web.rights import Scope
from ccd.web.site import Site
from ccd.web.tokens import Token

__all__ = ["TokenCommands"]

Reply = dict[str, Any]
DAYS_MOST = 3660


class TokenCommands:
    def __init__(self, site: Site, port: Callable[[], int]) -> None:
        self._site = site
        self._port = port

    def table(self) -> dict[str, Callable[[Reply], Awaitable[Reply]]]:
        return {
            "token_new": self.new,
            "token_list": self.list,
            "token_revoke": self.revoke,
            "token_lend": self.lend,
            "recording_id": self.recording_id,
        }

    async def new(self, request: Reply) -> Reply:
        """``person``, ``scopes``, ``days``, ``note``. Gives ``token``, and ``secret`` this one time."""
        person, scopes = self._person(request), _scopes(request)
        days = request.get("days") or self._site.settings().web.token_days
        if not isinstance(days, int) or isinstance(days, bool) or not 1 <= days <= DAYS_MOST:
            raise RefusedError(f"days: a whole number from 1 to {DAYS_MOST}")
        try:
            token, secret = await self._site.tokens.make(
                person,
                scopes,
                note=name_in(request, "note"),
                by=user_of(request),
                good_for=timedelta(days=days),
            )
        except StoreError as error:
            raise RefusedError(f"the store did not take it ({error}); no token was made") from None
        return {"secret": secret, "token": _told(token), "url": self._url()}

    async def list(self, request: Reply) -> Reply:
        """Those that are good; with ``all`` those that have ended, too."""
        at, every = self._site.now(), request.get("all") is True
        return {"tokens": [_told(token) for token in self._site.tokens.all() if every or token.good(at)]}

    async def revoke(self, request: Reply) -> Reply:
        name = name_in(request, "token")
        try:
            token = await self._site.tokens.revoke(name, by=user_of(request))
        except StoreError as error:
            raise RefusedError(
                f"the store did not take it ({error}); it is revoked until ccd ends: do it again"
            ) from None
        if token is None:
            raise RefusedError(f"token: none is called {name!r}; `ccd token list --all` shows all")
        return {"token": _told(token)}

    async def lend(self, request: Reply) -> Reply:
        """A token for one errand of `ccd` on this machine: an hour at most, kept nowhere, written down."""
        person, scopes, by = self._person(request), _scopes(request), user_of(request)
        if not self._port():
            raise RefusedError("web.enabled: the API is off; set it to true and start ccd anew")
        note = name_in(request, "note")
        told = {"person": person, "scopes": sorted(scopes), "note": note}
        try:
            await self._site.audit(by, "token.lent", person, told)
        except ProblemError:
            raise RefusedError(
                "the store does not answer; nothing is lent that is not written down"
            ) from None
        token, secret = self._site.tokens.lend(person, scopes, note=note, by=by)
        return {"secret": secret, "token": _told(token), "url": self._url()}

    async def recording_id(self, request: Reply) -> Reply:
        """The id of a ``recording`` by the name that the store has for it, of ``pbx`` or the only one."""
        name, pbxs = name_in(request, "recording", limit=2000), self._site.settings().pbx
        pbx = name_in(request, "pbx") or next(iter(pbxs), "")
        if pbx not in pbxs:
            raise RefusedError(f"pbx: none is called {pbx!r}; there are: {', '.join(pbxs)}")
        return {"id": self._site.ids.id_of(pbx, name)}

    def _person(self, request: Reply) -> str:
        person = name_in(request, "person")
        if self._site.world.roster.by_code(person) is None:
            raise RefusedError(f"person: nobody in the roster has {person!r}; `ccd roster show` lists them")
        return person

    def _url(self) -> str:
        return self._site.url() if self._port() else ""


def _scopes(request: Reply) -> frozenset[Scope]:
    given, known = request.get("scopes"), ", ".join(Scope)
    if not isinstance(given, list) or not given:
        raise RefusedError(f"scopes: what is it for? there are: {known}")
    for name in given:
        if not isinstance(name, str) or name not in set(Scope):
            raise RefusedError(f"scopes: there is none {str(name)[:40]!r}; there are: {known}")
    return frozenset(Scope(name) for name in given)


def _told(token: Token) -> Reply:
    """Never the hash."""
    return {
        "token": token.token,
        "person": token.person,
        "scopes": sorted(token.scopes),
        "note": token.note,
        "by": token.by,
        "made": token.made,
        "expires": token.expires,
        "revoked": token.revoked,
        "used": token.used,
        "lent": token.lent,
    }
