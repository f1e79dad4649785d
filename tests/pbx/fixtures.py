"""pytest fixtures: ``asterisk22``, ``asterisk16`` and ``asterisk`` (both, one after the other).

One PBX for the whole session each, so a test leaves it as it was: no calls up, no members added or paused. A
test that stops it, or looks at whole logs, takes ``fresh_asterisk``. In a conftest.py beside the tests::

    from tests.pbx.fixtures import asterisk, asterisk16, asterisk22  # noqa: F401

Tests that use them carry ``pytest.mark.pbx``. What is missing is said loudly; see ``root`` for what may be.
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from tests.pbx.asterisk import Asterisk
from tests.pbx.root import RootMissingError, SuiteGoneError, in_ci

__all__ = ["asterisk", "asterisk16", "asterisk22", "fresh_asterisk", "running", "versions_used"]

versions_used: set[str] = set()
"""Of this test session, for the summary."""
_BOTH = [pytest.param(version, marks=pytest.mark.pbx) for version in ("22", "16")]


@contextmanager
def running(version: str, prepare: Callable[[Asterisk], None] | None = None) -> Iterator[Asterisk]:
    """A PBX of that version, or a skip or failure that says why not. ``prepare`` may change its files."""
    try:
        pbx = Asterisk(version, ring=2)
    except RootMissingError as error:
        allowed = isinstance(error, SuiteGoneError) if in_ci() else version == "16" or os.geteuid() != 0
        if not allowed or (version == "22" and os.geteuid() == 0):
            pytest.fail(f"no Asterisk {version}: {error}", pytrace=False)
        warnings.warn(f"NOT TESTED on Asterisk {version}: {error}", stacklevel=2)
        pytest.skip(str(error))
    if prepare is not None:
        prepare(pbx)
    with pbx:
        versions_used.add(pbx.version)
        yield pbx


@pytest.fixture(scope="session")
def asterisk22() -> Iterator[Asterisk]:
    with running("22") as pbx:
        yield pbx


@pytest.fixture(scope="session")
def asterisk16() -> Iterator[Asterisk]:
    with running("16") as pbx:
        yield pbx


@pytest.fixture(params=_BOTH)
def asterisk(request: pytest.FixtureRequest) -> Asterisk:
    pbx = request.getfixturevalue(f"asterisk{request.param}")
    assert isinstance(pbx, Asterisk)
    return pbx


@pytest.fixture(params=_BOTH)
def fresh_asterisk(request: pytest.FixtureRequest) -> Iterator[Asterisk]:
    """A PBX of the test's own, on both versions."""
    with running(request.param) as pbx:
        yield pbx
