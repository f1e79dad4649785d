"""One file out, one file in: `ccd backup` beside a running daemon, `ccd restore` while none runs.

The file is a gzipped tar: ``manifest.json`` (versions, size and SHA-256 of the others), ``store`` (an SQLite
database, or PostgreSQL's ``pg_dump --format=custom``), ``quality.key`` and ``web.key``, where there are any.
It is made under another name and renamed when it is whole. It holds callers' numbers and hashes of PINs:
only its owner may read it.

To go back to an older ccd: install it, then restore a backup made before the upgrade. On PostgreSQL restore
into a new, empty database then: tables that only the newer version has would otherwise stay.
"""

from __future__ import annotations

import asyncio
import hashlib
import io
import os
import tarfile
import tempfile
from datetime import datetime
from pathlib import Path
from types import ModuleType
from typing import IO

import msgspec
from sqlalchemy import URL

from ccd import __version__
from ccd.adapters.clock import utc_now
from ccd.adapters.store import backup_key
from ccd.adapters.store.audit import HEAD_FILE, Head, read_head, write_head
from ccd.adapters.store.batch import Batch, Rows
from ccd.adapters.store.chain import append
from ccd.adapters.store.database import Database
from ccd.adapters.store.entries import Audited
from ccd.adapters.store.errors import StoreError
from ccd.adapters.store.folders import sync_folder
from ccd.adapters.store.lock import StateLock, user_name
from ccd.adapters.store.migrate import known
from ccd.adapters.store.place import QUALITY_KEY, WEB_KEY, place_of, shown, sqlite_file
from ccd.adapters.store.projection import project
from ccd.adapters.store.texts import json_of
from ccd.config import StoreSettings

__all__ = ["Manifest", "backup", "read_manifest", "restore"]

FORMAT = 1
_CHUNK = 1 << 20


class Manifest(msgspec.Struct, frozen=True):
    """``created`` is aware UTC; ``size`` and ``sha256`` are of the member ``store`` as it is unpacked;
    ``key_sha256`` is of ``quality.key``, ``web_key_sha256`` of ``web.key``, "" where there is none.
    """

    format: int
    ccd: str
    engine: str
    revision: str
    created: datetime
    size: int
    sha256: str
    key_sha256: str = ""
    web_key_sha256: str = ""

    def keys(self) -> dict[str, str]:
        """Name of a key that the backup has -> its SHA-256."""
        told = {QUALITY_KEY: self.key_sha256, WEB_KEY: self.web_key_sha256}
        return {name: sha256 for name, sha256 in told.items() if sha256}


async def backup(settings: StoreSettings, state_dir: Path, target: Path) -> Manifest:
    """A consistent copy of the store; a daemon may go on writing meanwhile.

    Raises StoreError: there is no store, ``target`` exists already or cannot be written, pg_dump is missing.
    """
    url = place_of(settings, state_dir)
    _refuse_to_overwrite(target)
    try:
        with tempfile.TemporaryDirectory(prefix=".ccd-backup-", dir=target.parent) as folder:
            dump = Path(folder) / "store"
            revision = await _engine_of(url).dump(url, dump)
            keys = {name: backup_key.taken(state_dir, name) for name in backup_key.KEYS}
            return await asyncio.to_thread(_pack, url, revision, dump, keys, target)
    except OSError as error:
        raise StoreError(f"{target}: {error.strerror}; choose a folder that ccd may write to") from None


async def restore(settings: StoreSettings, state_dir: Path, source: Path, *, force: bool = False) -> Manifest:
    """Put a backup in the place of the store, brought up to this version's schema.

    ``force`` replaces a store that holds something; SQLite's old file is kept beside it as ``*.replaced``, as
    is a ``quality.key`` or ``web.key`` that is not the backup's.
    The audit chain goes on with an entry that says so, and that is its head from then on.
    Raises StoreError, and changes nothing, where: a daemon runs, the store is not empty, the file is damaged,
    of the other engine or of a newer ccd.
    """
    url = place_of(settings, state_dir)
    manifest = read_manifest(source)
    _check_fits(manifest, source, url)
    lock = StateLock(state_dir, url, "ccd restore")
    try:
        engine = _engine_of(url)
        if not force and await engine.holds_something(url):
            raise StoreError(f"{shown(url)} is not empty; to replace what it holds, use --force")
        with tempfile.TemporaryDirectory(prefix=".ccd-restore-", dir=_workshop(url, state_dir)) as folder:
            dump = Path(folder) / "store"
            await asyncio.to_thread(_unpack, source, manifest, dump)
            keys = {name: _key_of(source, name, sha256) for name, sha256 in manifest.keys().items()}
            head: list[Head] = []

            async def note(database: Database) -> None:
                head.append(await append(database, _restored(manifest, source, state_dir)))

            await engine.load(url, dump, note)
            await asyncio.to_thread(write_head, state_dir / HEAD_FILE, head[0])
            for name, key in keys.items():
                await asyncio.to_thread(backup_key.put_back, state_dir, name, key)
    except OSError as error:
        raise StoreError(f"{shown(url)}: {error.strerror or error}") from None
    finally:
        lock.release()
    return manifest


def _restored(manifest: Manifest, source: Path, state_dir: Path) -> list[Rows]:
    """Restoring is one way to make the past another one: it is an entry itself, with the head of before."""
    try:
        before = read_head(state_dir / HEAD_FILE)
    except (ValueError, OSError):
        before = None
    data = {
        "file": source.name,
        "created": manifest.created,
        "sha256": manifest.sha256,
        "head_before": before,
    }
    batch = Batch()
    project(Audited(utc_now(), user_name(), "store.restored", "store", json_of(data)), batch)
    return list(batch.statements())


def read_manifest(source: Path) -> Manifest:
    """Raises StoreError where the file is no backup of ccd."""
    try:
        with tarfile.open(source, "r:gz") as archive, _member(archive, "manifest.json", source) as member:
            return msgspec.json.decode(member.read(_CHUNK), type=Manifest)
    except FileNotFoundError:
        raise StoreError(f"{source}: no such file") from None
    except (tarfile.TarError, EOFError, OSError, msgspec.DecodeError) as error:
        raise StoreError(f"{source}: not a backup of ccd, or damaged: {error}") from None


def _engine_of(url: URL) -> ModuleType:
    if url.get_backend_name() == "sqlite":
        from ccd.adapters.store import backup_sqlite

        return backup_sqlite
    from ccd.adapters.store import backup_postgres

    return backup_postgres


def _refuse_to_overwrite(target: Path) -> None:
    if target.exists():
        raise StoreError(f"{target}: exists already; give the backup a name of its own")


def _workshop(url: URL, state_dir: Path) -> Path:
    """Where a backup is unpacked: beside the database file, so that a rename can put it in place."""
    file = sqlite_file(url)
    folder = file.parent if file is not None else state_dir
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def _check_fits(manifest: Manifest, source: Path, url: URL) -> None:
    engine = url.get_backend_name()
    if manifest.format != FORMAT or not known(manifest.revision):
        raise StoreError(
            f"{source}: made by ccd {manifest.ccd} (schema revision {manifest.revision}), which is newer "
            f"than this ccd {__version__}; restore it with that version"
        )
    if manifest.engine != engine:
        raise StoreError(
            f"{source}: a backup of {manifest.engine}, but store.url is {engine}; "
            "set store.url to the same engine"
        )


def _pack(url: URL, revision: str, dump: Path, keys: dict[str, bytes], target: Path) -> Manifest:
    with dump.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    manifest = Manifest(
        format=FORMAT,
        ccd=__version__,
        engine=url.get_backend_name(),
        revision=revision,
        created=utc_now(),
        size=dump.stat().st_size,
        sha256=digest,
        key_sha256=_sha256(keys[QUALITY_KEY]),
        web_key_sha256=_sha256(keys[WEB_KEY]),
    )
    note = dump.with_name("manifest.json")
    note.write_bytes(msgspec.json.format(msgspec.json.encode(manifest)))
    whole = dump.with_name("backup")
    with _private(whole) as out:
        with tarfile.open(fileobj=out, mode="w:gz", compresslevel=4) as archive:
            archive.add(note, "manifest.json")
            archive.add(dump, "store")
            for name, key in keys.items():
                if key:
                    told = tarfile.TarInfo(name)
                    told.size, told.mode = len(key), 0o600
                    archive.addfile(told, io.BytesIO(key))
        out.flush()
        os.fsync(out.fileno())
    whole.rename(target)
    sync_folder(target.parent)
    return manifest


def _sha256(key: bytes) -> str:
    return hashlib.sha256(key).hexdigest() if key else ""


def _unpack(source: Path, manifest: Manifest, dump: Path) -> None:
    digest = hashlib.sha256()
    try:
        with (
            tarfile.open(source, "r:gz") as archive,
            _member(archive, "store", source) as member,
            _private(dump) as out,
        ):
            while chunk := member.read(_CHUNK):
                digest.update(chunk)
                out.write(chunk)
    except (tarfile.TarError, EOFError) as error:
        raise StoreError(f"{source}: damaged: {error}; use another backup") from None
    if digest.hexdigest() != manifest.sha256:
        raise StoreError(
            f"{source}: damaged: the SHA-256 of its content is not the manifest's; use another backup"
        )


def _key_of(source: Path, name: str, sha256: str) -> bytes:
    """Raises StoreError where it is damaged."""
    try:
        with tarfile.open(source, "r:gz") as archive, _member(archive, name, source) as member:
            return backup_key.checked(name, member.read(backup_key.BYTES + 1), sha256, source)
    except (tarfile.TarError, EOFError) as error:
        raise StoreError(f"{source}: damaged: {error}; use another backup") from None


def _private(file: Path) -> IO[bytes]:
    return os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")


def _member(archive: tarfile.TarFile, name: str, source: Path) -> IO[bytes]:
    try:
        member = archive.extractfile(name)
    except KeyError:
        member = None
    if member is None:
        raise StoreError(f"{source}: not a backup of ccd: it has no {name}")
    return member
