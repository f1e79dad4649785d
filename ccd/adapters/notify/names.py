"""Whether a host's name can be looked up, found out without holding up anybody.

Where the DNS hangs, each look-up takes a thread for half a minute, whatever became of who asked. Left to the
loop's own few threads, it would soon take all of them, and the daemon could not even end in time.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import threading
from contextlib import suppress

from ccd.adapters.notify.lane import FailedError

__all__ = ["Names"]


class Names:
    """One thread for each name that is being looked up, however many ask for it; none outlives the daemon."""

    def __init__(self) -> None:
        self._asking: dict[str, asyncio.Future[str]] = {}

    async def look_up(self, host: str) -> None:
        """Returns once the resolver knows it. Raises FailedError; how long to wait is the caller's affair."""
        if _is_address(host):
            return
        asking = self._asking.get(host)
        if asking is None:
            loop = asyncio.get_running_loop()
            asking = self._asking[host] = loop.create_future()
            asking.add_done_callback(lambda _: self._asking.pop(host, None))
            threading.Thread(target=_ask, args=(loop, host, asking), name="ccd-names", daemon=True).start()
        if error := await asyncio.shield(asking):
            raise FailedError(f"{host}: {error}")


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _ask(loop: asyncio.AbstractEventLoop, host: str, asking: asyncio.Future[str]) -> None:
    try:
        socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
        error = ""
    except (OSError, UnicodeError) as failed:
        error = str(failed)
    with suppress(RuntimeError):  # the loop is closed by now
        loop.call_soon_threadsafe(_tell, asking, error)


def _tell(asking: asyncio.Future[str], error: str) -> None:
    if not asking.done():
        asking.set_result(error)
