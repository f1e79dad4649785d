"""One daemon on one state directory."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from sqlalchemy import make_url

from ccd.adapters.store import Store, StoreError
from ccd.adapters.store.lock import StateLock
from ccd.config import StoreSettings
from tests.adapters.store.conftest import Place

POSTGRES = make_url("postgresql+asyncpg://ccd@/ccd")


async def test_a_second_daemon_is_refused_and_told_who_runs(place: Place) -> None:
    store = await Store.open(place.settings, place.state_dir)
    with pytest.raises(StoreError, match=rf"in use by process {os.getpid()} \(ccd run\)"):
        await Store.open(place.settings, place.state_dir)
    await store.close()
    again = await Store.open(place.settings, place.state_dir)
    await again.close()


async def test_one_database_file_is_not_opened_from_two_state_directories(tmp_path: Path) -> None:
    settings = StoreSettings(url=f"sqlite:///{tmp_path / 'shared' / 'ccd.sqlite'}")
    store = await Store.open(settings, tmp_path / "one")
    with pytest.raises(StoreError, match="shared is in use"):
        await Store.open(settings, tmp_path / "two")
    StateLock(tmp_path / "two", POSTGRES).release()
    await store.close()


def test_a_killed_daemon_leaves_no_lock_behind(tmp_path: Path) -> None:
    program = (
        "import pathlib, sys, sqlalchemy, ccd.adapters.store.lock as l;"
        "lock = l.StateLock(pathlib.Path(sys.argv[1]), sqlalchemy.make_url(sys.argv[2]));"
        "print('locked', flush=True); sys.stdin.read()"
    )
    child = subprocess.Popen(
        [sys.executable, "-c", program, str(tmp_path), str(POSTGRES)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with child:
        assert child.stdout is not None
        assert child.stdout.readline() == "locked\n"
        with pytest.raises(StoreError, match=f"process {child.pid}"):
            StateLock(tmp_path, POSTGRES)
        child.kill()
    StateLock(tmp_path, POSTGRES).release()


@pytest.mark.skipif(os.geteuid() != 0, reason="another user is made by root only")
def test_a_lock_of_another_user_is_told_with_its_owner_and_the_mend() -> None:
    """As `ccd run` by root leaves it to the service."""
    program = (
        "import os, pathlib, sys, sqlalchemy, ccd.adapters.store.lock as l, ccd.adapters.store.errors as e\n"
        "os.setuid(65534)\n"
        "try: l.StateLock(pathlib.Path(sys.argv[1]), sqlalchemy.make_url(sys.argv[2]))\n"
        "except e.StoreError as error: print(error)\n"
    )
    with tempfile.TemporaryDirectory() as folder:  # pytest's own may be entered by nobody else
        Path(folder).chmod(0o755)
        Path(folder, "lock").touch(mode=0o600)
        done = subprocess.run(
            [sys.executable, "-c", program, folder, str(POSTGRES)], capture_output=True, text=True, check=True
        )
    assert "lock: Permission denied; it belongs to root, and this runs as nobody" in done.stdout
    assert f"chown -R nobody: {folder}, or set daemon.state_dir" in done.stdout


async def test_the_state_directory_and_the_database_are_for_their_owner_alone(tmp_path: Path) -> None:
    state = tmp_path / "new" / "state"
    store = await Store.open(StoreSettings(), state)
    await store.commit()
    assert state.stat().st_mode & 0o077 == 0
    for file in state.iterdir():
        assert file.stat().st_mode & 0o077 == 0, file
    await store.close()


def test_a_link_in_the_place_of_the_lock_is_not_written_through(tmp_path: Path) -> None:
    victim, state = tmp_path / "victim", tmp_path / "state"
    victim.write_text("of somebody else")
    state.mkdir()
    (state / "lock").symlink_to(victim)
    with pytest.raises(StoreError, match="lock"):
        StateLock(state, POSTGRES)
    assert victim.read_text() == "of somebody else"
