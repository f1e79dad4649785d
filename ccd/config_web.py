"""Settings of the server for people and programs: the JSON API and the recordings."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from ccd.config_section import Port, Section

__all__ = ["WebSettings"]


class WebSettings(Section):
    enabled: bool = True
    host: str = "127.0.0.1"
    port: Port = 9811
    public_url: str = ""
    """How people reach it, where a reverse proxy stands before it; empty: http://HOST:PORT."""
    admins: tuple[str, ...] = ()
    """Codes of people who look after ccd itself. Hearing recordings is not part of it."""
    connections: Annotated[int, Field(ge=1, le=10_000)] = 128
    """Requests worked on at once; more are told to come again."""
    streams: Annotated[int, Field(ge=1, le=1000)] = 32
    """Of these, so many may carry recordings."""
    requests_per_minute: Annotated[int, Field(ge=10)] = 1200
    """Of one token, with bursts of a tenth of it."""
    failures_per_minute: Annotated[int, Field(ge=1)] = 20
    """Bad or missing tokens of one address before it is told to wait."""
    link_s: Annotated[int, Field(ge=10, le=86_400)] = 600
    """A link to a recording is good for so long."""
    link_same_address: bool = False
    """Whether a link is good only from the address that asked for it."""
    token_days: Annotated[int, Field(ge=1, le=3660)] = 90
    """How long a token is good where nothing else is said."""
    decoders: Annotated[int, Field(ge=1, le=16)] = 1
    """Recordings made playable at one time; each takes a core while it works, at the lowest priority."""
    decode_s: Annotated[float, Field(gt=0, le=600)] = 60.0
    """What making one may take."""
    cache_mb: Annotated[int, Field(ge=1)] = 512
    """Disk for recordings made playable (web/ in the state directory)."""
    cache_hours: Annotated[int, Field(ge=1)] = 24
    mask_margin_s: Annotated[float, Field(ge=0, le=10)] = 0.5
    """So much before and after what must not be given out is silenced as well."""
