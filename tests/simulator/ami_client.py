"""A plain AMI client over a socket, for looking at the wire itself."""

from __future__ import annotations

import asyncio

from ccd.message import Message
from tests.simulator.speech import message

__all__ = ["AmiClient"]

TIMEOUT_S = 5.0


class AmiClient:
    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer
        self.aside: list[Message] = []
        """Events that came while something else was waited for."""

    @classmethod
    async def connect(cls, port: int) -> AmiClient:
        """Connected, greeted, not logged in."""
        client = cls(*await asyncio.open_connection("127.0.0.1", port, limit=1 << 24))
        assert await client.reader.readline() == b"Asterisk Call Manager/11.0.0\r\n"
        return client

    @classmethod
    async def logged_in(cls, port: int, events: str = "on") -> AmiClient:
        client = await cls.connect(port)
        answer = await client.ask(Action="Login", Username="ccd", Secret="simulator", Events=events)
        assert answer.get("Message") == "Authentication accepted"
        return client

    def send(self, **headers: str) -> None:
        lines = [f"{name}: {value}" for name, value in headers.items()]
        self.writer.write(("\r\n".join(lines) + "\r\n\r\n").encode())

    async def next(self) -> Message:
        """The next message as it comes."""
        async with asyncio.timeout(TIMEOUT_S):
            text = (await self.reader.readuntil(b"\r\n\r\n"))[:-4].decode()
        return Message("Response", text) if text.startswith("Response: ") else message(text)

    async def ask(self, **headers: str) -> Message:
        """Send an action and wait for its response."""
        self.send(**headers)
        while (answer := await self.next()).name != "Response":
            self.aside.append(answer)
        return answer

    async def until(self, name: str) -> Message:
        """The next event of that name, among those put aside first."""
        for event in self.aside:
            if event.name == name:
                self.aside.remove(event)
                return event
        while (event := await self.next()).name != name:
            self.aside.append(event)
        return event

    async def items(self, complete: str, **headers: str) -> list[Message]:
        """The items of a list reply, whose end says how many there were."""
        answer = await self.ask(ActionID="list", **headers)
        assert answer.get("EventList") == "start"
        items: list[Message] = []
        while (item := await self.next()).name != complete:
            if item.get("ActionID") == "list":
                items.append(item)
            else:
                self.aside.append(item)
        assert (item.get("EventList"), item.get("ListItems")) == ("Complete", str(len(items)))
        return items

    async def ended(self) -> bool:
        """Whether the server hangs up."""
        async with asyncio.timeout(TIMEOUT_S):
            try:
                while await self.reader.read(1 << 20):
                    pass
            except ConnectionError:
                pass
        return True

    def close(self) -> None:
        self.writer.close()
