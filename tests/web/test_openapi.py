"""docs/openapi.json is what the API says of itself, and the API keeps to it."""

from __future__ import annotations

import json
from pathlib import Path

from ccd.web.app import openapi

COMMITTED = Path(__file__).parents[2] / "docs" / "openapi.json"
FREE = {"/api/v1/problems"}


def test_what_is_committed_is_what_is_served() -> None:
    assert json.loads(COMMITTED.read_text("utf-8")) == openapi(), "run `make openapi`"


def test_everything_needs_a_token_but_the_words_of_problems() -> None:
    for path, methods in openapi()["paths"].items():
        for method, told in methods.items():
            assert bool(told.get("security")) == (path not in FREE), (method, path)


def test_every_error_is_a_problem() -> None:
    for path, methods in openapi()["paths"].items():
        for told in methods.values():
            errors = {status: each for status, each in told["responses"].items() if int(status) >= 400}
            assert {"401", "403", "404", "409", "422", "429", "503"} <= set(errors), path
            for each in errors.values():
                [(media_type, shape)] = each["content"].items()
                assert media_type == "application/problem+json", path
                assert shape["schema"] == {"$ref": "#/components/schemas/ProblemShape"}


def test_every_operation_says_what_it_is_for() -> None:
    for path, methods in openapi()["paths"].items():
        for method, told in methods.items():
            assert told.get("description"), (method, path)
