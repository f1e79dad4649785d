"""``promtool`` and ``amtool``, Prometheus's own checkers: installed, or from the distribution's packages.

Unpacked, not installed: installing ``prometheus`` or ``prometheus-alertmanager`` would start a server.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from tests.pbx.root import cache

__all__ = ["PromtoolMissingError", "amtool", "check_metrics", "prometheus", "promtool", "say"]


class PromtoolMissingError(Exception):
    """It cannot be had here. The text says how to get it."""


def promtool() -> Path:
    """Its path. Raises PromtoolMissingError."""
    return _tool("promtool", "prometheus")


def amtool() -> Path:
    """Its path. Raises PromtoolMissingError."""
    return _tool("amtool", "prometheus-alertmanager")


def prometheus() -> Path:
    """The server's path. Raises PromtoolMissingError."""
    return _tool("prometheus", "prometheus")


def say(*command: str | Path) -> tuple[bool, str]:
    """Whether a check went well, and all that was said."""
    run = subprocess.run(command, capture_output=True, check=False, timeout=60)
    return run.returncode == 0, (run.stdout + run.stderr).decode()


def _tool(name: str, package: str) -> Path:
    if found := shutil.which(name):
        return Path(found)
    kept = _folder() / name
    if not kept.exists():
        kept.parent.mkdir(parents=True, exist_ok=True)
        _unpack(kept, package)
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


def _unpack(target: Path, name: str) -> None:
    with tempfile.TemporaryDirectory(dir=target.parent) as folder:
        try:
            _download(folder, name)
            package = next(Path(folder).glob(f"{name}_*.deb"))
            subprocess.run(["dpkg-deb", "-x", package, folder], check=True, capture_output=True, timeout=120)
        except (OSError, StopIteration, subprocess.SubprocessError) as error:
            raise PromtoolMissingError(
                f"{target.name} is not here and cannot be fetched ({error}); as root: apt-get install {name}"
            ) from None
        (Path(folder) / "usr/bin" / target.name).replace(target)


def _download(folder: str, name: str) -> None:
    command = ["apt-get", "download", "-q", name]
    first = subprocess.run(command, cwd=folder, capture_output=True, check=False, timeout=300)
    if first.returncode:
        if os.geteuid() == 0:
            subprocess.run(["apt-get", "update", "-q"], check=True, capture_output=True, timeout=300)
        subprocess.run(command, cwd=folder, check=True, capture_output=True, timeout=300)
