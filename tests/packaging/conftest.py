"""The package, built once, and a fresh machine for each test."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.packaging.machine import Machine, MachineMissingError
from tests.pbx.root import in_ci

ROOT = Path(__file__).parents[2]


@pytest.fixture
def machine() -> Iterator[Machine]:
    try:
        running = Machine().__enter__()
    except MachineMissingError as error:
        if in_ci():
            raise
        pytest.skip(str(error))
    try:
        yield running
    finally:
        running.__exit__(None, None, None)


@pytest.fixture(scope="session")
def deb(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built as `make deb` does, but not compressed."""
    if os.geteuid() != 0:
        pytest.skip("the package is tried as root only: sudo make test")
    folder = tmp_path_factory.mktemp("dist")
    environment = {**os.environ, "CCD_DEB_DIR": str(folder), "CCD_DEB_COMPRESSION": "none"}
    done = subprocess.run(
        ["sh", "packaging/build-deb.sh"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    (built,) = folder.glob("ccd_*.deb")
    return built


@pytest.fixture(scope="session")
def newer(deb: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same as the next version, with another comment in the shipped settings."""
    tree = tmp_path_factory.mktemp("newer") / "tree"
    subprocess.run(["dpkg-deb", "--raw-extract", deb, tree], check=True)
    control = tree / "DEBIAN/control"
    control.write_text(re.sub("(?m)^Version: .*", "Version: 99.0", control.read_text()))
    settings = tree / "etc/ccd/ccd.toml"
    settings.write_text(settings.read_text("utf-8") + "\n# new in 99.0\n", "utf-8")
    built = tree.with_name("ccd_99.0.deb")
    subprocess.run(
        ["dpkg-deb", "--root-owner-group", "-Znone", "--build", tree, built], check=True, stdout=-3
    )
    return built
