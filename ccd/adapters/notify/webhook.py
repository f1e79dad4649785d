"""Webhooks in the form of standardwebhooks.com: every configured one gets every message.

``webhook-id`` is the message's key, the same in each repetition; ``webhook-timestamp`` is the try's own.
Without a secret there is no ``webhook-signature``: the receiver then cannot know who speaks. 2xx takes it;
a redirect is not followed, since it would carry an incident to where nobody meant it to go.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime

import httpx2
from standardwebhooks import Webhook

from ccd.adapters.notify.credentials import webhook_secret
from ccd.adapters.notify.lane import Attempt, FailedError, UndeliverableError
from ccd.adapters.notify.message import body
from ccd.adapters.notify.names import Names
from ccd.config import ConfigError, Settings, WebhookSettings
from ccd.effects import Tell

__all__ = ["Webhooks"]

_REQUESTS = 4
"""To one webhook at one time."""

# It logs whole addresses, and a token may stand in one.
logging.getLogger("httpx2").setLevel(logging.WARNING)


class Webhooks:
    def __init__(self, settings: Callable[[], Settings], now: Callable[[], datetime], names: Names) -> None:
        self._settings = settings
        self._now = now
        self._names = names
        self._client: httpx2.AsyncClient | None = None
        self._slots: dict[str, asyncio.Semaphore] = {}

    def begin(self, effect: Tell) -> Attempt:
        content = body(effect, self._now())
        taken: set[str] = set()
        return lambda: self._attempt(effect.key, content, taken)

    async def close(self) -> None:
        if self._client is not None:
            await self._client.aclose()

    async def _attempt(self, key: str, content: bytes, taken: set[str]) -> None:
        """Asks those again that have not taken it. Raises FailedError naming them, or UndeliverableError."""
        webhooks = self._settings().notify.webhooks
        if not webhooks:
            raise UndeliverableError("not configured: set [notify.webhooks.NAME] url")
        left = [name for name in webhooks if name not in taken]
        errors = await asyncio.gather(*(self._ask(name, webhooks[name], key, content) for name in left))
        taken.update(name for name, error in zip(left, errors, strict=True) if not error)
        if any(errors):
            raise FailedError("; ".join(error for error in errors if error))

    async def _ask(self, name: str, webhook: WebhookSettings, key: str, content: bytes) -> str:
        """What went wrong; "" where it was taken. An address is never part of it: it may hold a token."""
        try:
            secret = webhook_secret(name, webhook)
            async with self._slots.setdefault(name, asyncio.Semaphore(_REQUESTS)):
                async with asyncio.timeout(webhook.timeout_s):
                    await self._names.look_up(httpx2.URL(webhook.url).host)
                    status = await self._post(webhook.url, self._headers(secret, key, content), content)
        except TimeoutError:
            return f"webhook {name}: no answer within {webhook.timeout_s:g} s"
        except ConfigError as error:
            return f"webhook {name}: {error}"
        except (httpx2.HTTPError, httpx2.InvalidURL, OSError, FailedError) as error:
            return f"webhook {name}: {type(error).__name__}: {error}"
        return "" if 200 <= status <= 299 else f"webhook {name}: answered {status}"

    def _headers(self, secret: bytes, key: str, content: bytes) -> dict[str, str]:
        at = self._now()
        headers = {
            "content-type": "application/json",
            "user-agent": "ccd",
            "webhook-id": key,
            "webhook-timestamp": str(int(at.timestamp())),
        }
        if secret:
            headers["webhook-signature"] = Webhook(secret).sign(key, at, content.decode())
        return headers

    async def _post(self, url: str, headers: dict[str, str], content: bytes) -> int:
        client = await self._opened()
        # The answer's body is not read: its size and its pace are the receiver's.
        async with client.stream("POST", url, headers=headers, content=content) as answer:
            return answer.status_code

    async def _opened(self) -> httpx2.AsyncClient:
        if self._client is None:
            # In a thread: it loads the certificates. One that was made meanwhile by another try is kept.
            made = await asyncio.to_thread(_client)
            if self._client is not None:
                await made.aclose()
            else:
                self._client = made
        return self._client


def _client() -> httpx2.AsyncClient:
    """No proxy and no password out of the environment: what is configured is what is asked."""
    return httpx2.AsyncClient(
        follow_redirects=False,
        trust_env=False,
        timeout=None,
        limits=httpx2.Limits(max_keepalive_connections=0),
    )
