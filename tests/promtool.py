"""``promtool``, Prometheus's own checker: the one installed, else one out of the distribution's package.

Unpacked, not installed: installing ``prometheus`` would start a server.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from tests.pbx.root import cache

__all__ = ["PromtoolMissingError", "check_metrics", "promtool"]


class PromtoolMissingError(Exception):
    """It cannot be had here. The text says how to get it."""


def promtool() -> Path:
    """Its path. Raises PromtoolMissingError."""
    if found := shutil.which("promtool"):
        return Path(found)
    kept = _folder() / "promtool"
    if not kept.exists():
        kept.parent.mkdir(parents=True, exist_ok=True)
        _unpack(kept)
    return kept


def check_metrics(page: bytes) -> str:
    """What ``promtool check metrics`` has to say of a page: nothing, where it is clean."""
    run = subprocess.run(
        [promtool(), "check", "metrics"], input=page, capture_output=True, check=False, timeout=60
    )
    said = (run.stdout + run.stderr).decode().strip()
    return said if said or not run.returncode else f"exit code {run.returncode}"


def _folder() -> Path:
    shared = cache()
    usable = os.access(shared if shared.exists() else shared.parent, os.W_OK)
    return shared if usable else Path.home() / ".cache" / "ccd-test"


def _unpack(target: Path) -> None:
    with tempfile.TemporaryDirectory(dir=target.parent) as folder:
        try:
            _download(folder)
            package = next(Path(folder).glob("prometheus_*.deb"))
            subprocess.run(["dpkg-deb", "-x", package, folder], check=True, capture_output=True, timeout=120)
        except (OSError, StopIteration, subprocess.SubprocessError) as error:
            raise PromtoolMissingError(
                f"promtool is not here and cannot be fetched ({error}); as root: apt-get install prometheus"
            ) from None
        (Path(folder) / "usr/bin/promtool").replace(target)


def _download(folder: str) -> None:
    command = ["apt-get", "download", "-q", "prometheus"]
    first = subprocess.run(command, cwd=folder, capture_output=True, check=False, timeout=300)
    if first.returncode:
        if os.geteuid() == 0:
            subprocess.run(["apt-get", "update", "-q"], check=True, capture_output=True, timeout=300)
        subprocess.run(command, cwd=folder, check=True, capture_output=True, timeout=300)
