"""Where the store is: every setting that cannot be used is named with its mend."""

from __future__ import annotations

from pathlib import Path

import pytest

from ccd.adapters.store import StoreError
from ccd.adapters.store.place import place_of, shown, sqlite_file
from ccd.config import StoreSettings


def test_without_a_url_it_is_a_file_in_the_state_directory(tmp_path: Path) -> None:
    url = place_of(StoreSettings(), tmp_path)
    assert sqlite_file(url) == tmp_path / "ccd.sqlite"
    assert shown(url) == str(tmp_path / "ccd.sqlite")


@pytest.mark.parametrize(
    ("given", "driver"),
    [
        ("sqlite:///x.db", "sqlite+aiosqlite"),
        ("sqlite+aiosqlite:///x.db", "sqlite+aiosqlite"),
        ("postgresql://ccd@db/ccd", "postgresql+asyncpg"),
        ("postgresql+asyncpg://ccd@db/ccd", "postgresql+asyncpg"),
    ],
)
def test_a_url_may_leave_the_driver_out(tmp_path: Path, given: str, driver: str) -> None:
    assert place_of(StoreSettings(url=given), tmp_path).drivername == driver


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ("nonsense", "store.url: not a database URL; leave it empty for SQLite"),
        ("mysql://ccd@db/ccd", "store.url: mysql: neither SQLite nor PostgreSQL; use "),
        ("postgresql+psycopg://ccd@db/ccd", "store.url: postgresql+psycopg: neither"),
        ("sqlite://", "store.url: SQLite in memory keeps nothing; give a file"),
        ("sqlite:///:memory:", "store.url: SQLite in memory keeps nothing; give a file"),
    ],
)
def test_a_url_that_cannot_be_used_is_named(tmp_path: Path, given: str, says: str) -> None:
    with pytest.raises(StoreError) as caught:
        place_of(StoreSettings(url=given), tmp_path)
    assert str(caught.value).startswith(says)


def test_the_password_comes_from_its_file_and_is_never_shown(tmp_path: Path) -> None:
    secret = tmp_path / "password"
    secret.write_text("p@ss/word\n")
    url = place_of(StoreSettings(url="postgresql://ccd@db/ccd", password_file=secret), tmp_path)
    assert url.password == "p@ss/word"
    assert "word" not in shown(url)


def test_a_password_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    settings = StoreSettings(url="postgresql://ccd@db/ccd", password_file=tmp_path / "none")
    with pytest.raises(StoreError, match=r"store\.password_file: .*none: No such file"):
        place_of(settings, tmp_path)
