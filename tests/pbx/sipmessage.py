"""SIP messages and session descriptions, as far as a test phone needs them (RFC 3261, no compact headers)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

__all__ = ["SipMessage", "describe", "media_address", "tag_of", "uri_of"]


@dataclass
class SipMessage:
    """A request (``INVITE sip:… SIP/2.0``) or a response (``SIP/2.0 200 OK``)."""

    start: str
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: str = ""

    @classmethod
    def parse(cls, raw: bytes) -> SipMessage:
        head, _, body = raw.decode("utf-8", "replace").partition("\r\n\r\n")
        start, *lines = head.split("\r\n")
        headers = []
        for line in lines:
            name, _, value = line.partition(":")
            headers.append((name.strip(), value.strip()))
        return cls(start, headers, body)

    def encode(self) -> bytes:
        body = self.body.encode()
        lines = [self.start, *(f"{name}: {value}" for name, value in self.headers)]
        return "\r\n".join([*lines, f"Content-Length: {len(body)}", "", ""]).encode() + body

    def get(self, name: str) -> str:
        """The first header of that name, or an empty string."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), "")

    def all(self, name: str) -> list[str]:
        return [value for key, value in self.headers if key.lower() == name.lower()]

    @property
    def status(self) -> int:
        """A response's code; 0 for a request."""
        return int(self.start.split()[1]) if self.start.startswith("SIP/2.0 ") else 0

    @property
    def method(self) -> str:
        """What is asked for, or what the response answers."""
        return self.get("CSeq").split()[1] if self.status else self.start.split()[0]

    @property
    def sequence(self) -> int:
        return int(self.get("CSeq").split()[0])

    @property
    def branch(self) -> str:
        found = re.search(r"branch=([^;,\s]+)", self.get("Via"))
        return found[1] if found else ""


def tag_of(header: str) -> str:
    found = re.search(r";\s*tag=([^;\s]+)", header)
    return found[1] if found else ""


def uri_of(header: str) -> str:
    found = re.search(r"<([^>]+)>", header)
    return found[1] if found else header.partition(";")[0].strip()


def describe(port: int, version: int, direction: str) -> str:
    """An offer or answer of ulaw audio on 127.0.0.1. ``direction``: sendrecv, sendonly, recvonly."""
    lines = (
        "v=0",
        f"o=- 1 {version} IN IP4 127.0.0.1",
        "s=-",
        "c=IN IP4 127.0.0.1",
        "t=0 0",
        f"m=audio {port} RTP/AVP 0 101",
        "a=rtpmap:0 PCMU/8000",
        "a=rtpmap:101 telephone-event/8000",
        "a=fmtp:101 0-16",
        f"a={direction}",
        "",
    )
    return "\r\n".join(lines)


def media_address(description: str) -> tuple[str, int] | None:
    """Where the other side wants its audio, or None where it wants none."""
    host = re.search(r"^c=IN IP4 (\S+)", description, re.MULTILINE)
    port = re.search(r"^m=audio (\d+)", description, re.MULTILINE)
    if not host or not port or port[1] == "0":
        return None
    return host[1], int(port[1])
