"""Settings of the server for people and programs: the JSON API and the recordings."""

from __future__ import annotations

from ccd.config_section import Port, Section

__all__ = ["WebSettings"]


class WebSettings(Section):
    enabled: bool = True
    host: str = "127.0.0.1"
    port: Port = 9811
