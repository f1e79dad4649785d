"""The folders that hold a Debian with Asterisk: ``python -m tests.pbx.root 22 16`` makes sure of them.

Asterisk 22 comes from Debian unstable, 16 from Debian 11: Debian 12 has none. Both suites move and one will
leave the mirrors some day, so nothing is pinned and the version found is printed. The folder is
``$CCD_TEST_CACHE`` (default /var/cache/ccd-test); a finished one is never touched again.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

__all__ = ["RootMissingError", "SuiteGoneError", "asterisk_version", "cache", "ensure", "in_ci", "root_of"]

ASTERISK = "usr/sbin/asterisk"
STAMP = ".ccd-test-packages"


class RootMissingError(Exception):
    """No Asterisk can be had here. The text says what is skipped and how to get it."""


class SuiteGoneError(RootMissingError):
    """The mirrors no longer carry the suite; the other one they still do."""


@dataclass(frozen=True)
class Suite:
    name: str
    packages: tuple[str, ...]


_COMMON = ("asterisk", "asterisk-modules", "asterisk-core-sounds-en-wav", "sip-tester")
SUITES = {
    "22": Suite("sid", _COMMON),
    "16": Suite("bullseye", (*_COMMON, "asterisk-voicemail")),
}


def cache() -> Path:
    return Path(os.environ.get("CCD_TEST_CACHE") or "/var/cache/ccd-test")


def in_ci() -> bool:
    return os.environ.get("CI", "").lower() in {"1", "true", "yes"}


def root_of(version: str) -> Path:
    return cache() / f"asterisk-{version}"


def ensure(version: str) -> Path:
    """The folder of that version, built now where it is missing (a minute, some 600 MB).

    Safe to call from several processes at once. Raises RootMissingError (without the right to build it, or
    where the build failed) or SuiteGoneError.
    """
    suite, root = SUITES[version], root_of(version)
    if os.geteuid() != 0:
        raise RootMissingError(
            f"the tests on a real Asterisk {version} are skipped: they need root (mounts and chroot). "
            f"Run the tests as root, for example: sudo make test"
        )
    if _finished(root, suite):
        return root
    cache().mkdir(parents=True, exist_ok=True)
    with _locked(root.with_suffix(".lock")):
        if not _finished(root, suite):
            _build(version, suite, root)
    return root


def asterisk_version(root: Path) -> str:
    """What the folder really holds, for example ``22.10.1``."""
    told = subprocess.run(["chroot", root, "asterisk", "-V"], capture_output=True, text=True, check=True)
    return told.stdout.split()[1].partition("~")[0].partition("+")[0]


def _finished(root: Path, suite: Suite) -> bool:
    stamp = root / STAMP
    return (root / ASTERISK).exists() and stamp.exists() and stamp.read_text() == " ".join(suite.packages)


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield


def _build(version: str, suite: Suite, root: Path) -> None:
    _need_debootstrap()
    print(f"building Asterisk {version} from Debian {suite.name} in {root} …", file=sys.stderr, flush=True)
    half = Path(tempfile.mkdtemp(prefix=f"asterisk-{version}.building.", dir=cache()))
    try:
        half.chmod(0o755)
        done = _debootstrap(
            "--variant=minbase", f"--include={','.join(suite.packages)}", suite.name, str(half)
        )
        if done.returncode != 0:
            if _gone(done.stdout) and _released(SUITES["22"].name):
                raise SuiteGoneError(
                    f"Debian {suite.name} has left the mirrors: no Asterisk {version} to test on"
                )
            log = half / "debootstrap/debootstrap.log"
            tail = "\n".join(log.read_text(errors="replace").splitlines()[-15:]) if log.exists() else ""
            raise RootMissingError(f"debootstrap {suite.name} failed:\n{done.stdout[-2000:]}\n{tail}")
        shutil.rmtree(half / "var/cache/apt/archives", ignore_errors=True)
        (half / STAMP).write_text(" ".join(suite.packages))
        if root.exists():  # of an older list of packages; a running instance keeps its own mounts
            root.rename(half.with_name(half.name + ".old"))
        half.rename(root)
    finally:
        for left in (half, half.with_name(half.name + ".old")):
            shutil.rmtree(left, ignore_errors=True)


def _debootstrap(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["debootstrap", *arguments], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )


def _gone(output: str) -> bool:
    return "Failed getting release file" in output or "Couldn't download" in output


def _released(suite: str) -> bool:
    """Whether the mirror answers for another suite: tells one that is gone from a network that is down."""
    with tempfile.TemporaryDirectory(prefix="probe.", dir=cache()) as probe:
        return _debootstrap("--variant=minbase", "--print-debs", suite, probe).returncode == 0


def _need_debootstrap() -> None:
    if shutil.which("debootstrap"):
        return
    if not shutil.which("apt-get"):
        raise RootMissingError("debootstrap is missing and there is no apt-get; install debootstrap")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    install = ["apt-get", "install", "-y", "--no-install-recommends", "debootstrap", "debian-archive-keyring"]
    for command in (["apt-get", "update"], install):
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RootMissingError(f"debootstrap could not be installed:\n{done.stderr[-1000:]}")


def main(versions: list[str]) -> int:
    """Exit status 1 where 22 is missing (without root: in CI only), or 16 in CI while the mirrors have it."""
    failed = False
    for version in versions or list(SUITES):
        try:
            root = ensure(version)
            print(f"Asterisk {asterisk_version(root)} is in {root}")
        except RootMissingError as error:
            print(f"{'=' * 100}\nWARNING: {error}\n{'=' * 100}", file=sys.stderr, flush=True)
            not_root = os.geteuid() != 0
            if in_ci():
                failed |= not isinstance(error, SuiteGoneError) or version == "22"
            else:
                failed |= version == "22" and not not_root
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
