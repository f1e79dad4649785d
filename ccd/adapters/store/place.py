"""Where the store is: the URL of the settings made whole, and how it is shown to people."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from ccd.adapters.store.errors import StoreError
from ccd.config import StoreSettings

__all__ = ["FILE_NAME", "QUALITY_KEY", "WEB_KEY", "place_of", "shown", "sqlite_file"]

FILE_NAME = "ccd.sqlite"
QUALITY_KEY = "quality.key"
"""Beside it: what the seeds of sampling are made with; backups have it, for the store tells of its seeds."""
WEB_KEY = "web.key"
"""What ids and links of recordings are sealed with; backups have it, for ids are kept elsewhere, too."""

_DRIVERS = {
    "sqlite": "sqlite+aiosqlite",
    "sqlite+aiosqlite": "sqlite+aiosqlite",
    "postgresql": "postgresql+asyncpg",
    "postgresql+asyncpg": "postgresql+asyncpg",
}


def place_of(settings: StoreSettings, state_dir: Path) -> URL:
    """The URL with driver, path and password. Raises StoreError naming ``store.url`` and the mend."""
    if not settings.url:
        return URL.create("sqlite+aiosqlite", database=str(state_dir / FILE_NAME))
    try:
        url = make_url(settings.url)
    except ArgumentError:
        raise StoreError(
            "store.url: not a database URL; leave it empty for SQLite, or give postgresql+asyncpg://user@host/name"
        ) from None
    driver = _DRIVERS.get(url.drivername)
    if driver is None:
        raise StoreError(
            f"store.url: {url.drivername}: neither SQLite nor PostgreSQL; use sqlite+aiosqlite:///FILE or "
            "postgresql+asyncpg://user@host/name"
        )
    url = url.set(drivername=driver)
    if url.get_backend_name() == "sqlite" and (not url.database or url.database == ":memory:"):
        raise StoreError("store.url: SQLite in memory keeps nothing; give a file, or leave store.url empty")
    if settings.password_file is not None:
        try:
            url = url.set(password=settings.password_file.read_text("utf-8").strip())
        except OSError as error:
            raise StoreError(f"store.password_file: {settings.password_file}: {error.strerror}") from None
    return url


def sqlite_file(url: URL) -> Path | None:
    """The database file, absolute; None for PostgreSQL."""
    return Path(url.database or "").absolute() if url.get_backend_name() == "sqlite" else None


def shown(url: URL) -> str:
    """For messages: without the password."""
    return str(sqlite_file(url) or url.render_as_string(hide_password=True))
