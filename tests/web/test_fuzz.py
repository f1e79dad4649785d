"""Whatever is asked, and whoever asks: no defect, and only such answers as docs/openapi.json tells of.

Cases are made by schemathesis out of the description, valid ones and such as break it, and sent to the real
server. The draws are the same each time.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis import checks
from schemathesis.generation import GenerationMode

from ccd.commands_acts import ACTS
from ccd.events import ConfigReplaced
from ccd.quality.form import to_json
from ccd.web.app import openapi
from tests.handlers.scoring_scene import form
from tests.web.place import Place, serving, wav
from tests.web.test_quality import evaluation

EXAMPLES = 6
"""Of each operation, valid and invalid ones each."""
CHECKS = [
    checks.not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_schema_conformance,
    checks.response_headers_conformance,
]
RANGES = ("", "bytes=0-", "bytes=-1", "bytes=5-2", "bytes=999999999-", "bytes=0-1,3-4", "bytes=", "lines=1-2")
KEYS = st.sampled_from(
    ["evaluation", "recording", "reason", "form", "answers", "analyst", "day", "until", "pbx"]
)
FREE = "/api/v1/problems"
BARE = {FREE, "/api/v1/me"}
"""Nothing is asked there that could be wrong."""


def described() -> schemathesis.BaseSchema:
    """Without what it says of tokens: whether one is sent, and which, is the test's own matter."""
    schema = openapi()
    del schema["components"]["securitySchemes"]
    for methods in schema["paths"].values():
        for operation in methods.values():
            operation.pop("security", None)
    return schemathesis.openapi.from_dict(schema)


OPERATIONS = [each.ok() for each in described().get_all_operations()]


@pytest.fixture
async def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Place]:
    """With recordings and evaluations in every state, and no bound on how often somebody asks."""
    monkeypatch.setattr("ccd.commands_acts.ANSWER_S", 0.05)  # of what only the daemon's other parts answer
    web = {"requests_per_minute": 10**6, "failures_per_minute": 10**6, "admins": ["6001"]}
    async with serving(tmp_path, web=web, quality={"agents_hear": True}) as place:
        settings = place.settings.model_dump_json()
        place.submit(ConfigReplaced(place.now(), settings=settings, forms=(to_json(form()),)))
        yield place


async def known(place: Place) -> dict[str, list[str]]:
    """Parameter of a path -> what there is for it."""
    ids = [
        await place.recording(content=wav(0.2)),
        await place.recording("marked.wav", wav(0.2), call="c2", marked=((0.0, 0.1),)),
        await place.recording("odd.txt", b"text", call="c3"),
        await place.recording("broken.wav", b"RIFF", call="c4", person="2002"),
        await place.recording("gone.wav", wav(0.2), call="c5"),
        *[
            await place.recording(f"{state}.wav", wav(0.2), call=f"s{state}", state=state)
            for state in ("", "empty", "missing", "outside", "deleting", "deleted")
        ],
    ]
    (place.folder / "gone.wav").unlink()
    states = ("assigned", "claimed", "scored", "held", "released", "disputed", "closed", "void")
    for number, state in enumerate(states):
        await evaluation(place, f"evaluation{number}", number, state=state)
    return {
        "id": [*ids[:2] * 4, *ids],  # those that can be heard the more often
        "name": [f"evaluation{number}" for number in range(len(states))],
        "policy": list(ACTS),
        "act": [act for acts in ACTS.values() for act in acts],
    }


def ask_all(url: str, secret: str, there: dict[str, list[str]], said: Callable[[Any, Any], None]) -> None:
    """Every operation, with what is valid and with what is not, with ids that exist and with others."""
    session = requests.Session()
    session.trust_env = False
    headers = {"Authorization": f"Bearer {secret}"} if secret else {}

    def ask(operation: Any, mode: GenerationMode, number: int) -> None:
        @seed(number)
        @settings(
            max_examples=EXAMPLES,
            database=None,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(data=st.data())
        def one(data: Any) -> None:
            case = data.draw(operation.as_strategy(generation_mode=mode))
            if case.query and "ticket" in case.query and data.draw(st.integers(0, 3)):
                del case.query["ticket"]
            for parameter in case.path_parameters or {}:
                if parameter in there and data.draw(st.integers(0, 3)):
                    case.path_parameters[parameter] = data.draw(st.sampled_from(there[parameter]))
            if case.path_parameters and "act" in case.path_parameters and data.draw(st.booleans()):
                policy = data.draw(st.sampled_from(there["policy"]))
                case.path_parameters |= {"policy": policy}
                case.path_parameters["act"] = data.draw(st.sampled_from(list(ACTS[policy])))
                values = st.dictionaries(
                    KEYS, st.text(max_size=20) | st.sampled_from(there["name"]), max_size=5
                )
                case.body = {"person": "2001", "values": data.draw(values)}
            more = {"Range": data.draw(st.sampled_from(RANGES))} if case.path.endswith(("o", "l")) else {}
            answer = case.call(base_url=url, headers=headers | more, session=session)
            said(case, answer)
            case.validate_response(answer, checks=CHECKS)

        one()

    for number, operation in enumerate(OPERATIONS):
        ask(operation, GenerationMode.POSITIVE, number)
        if operation.path not in BARE:
            ask(operation, GenerationMode.NEGATIVE, number)


@pytest.mark.parametrize("person", ["6001", "2001", ""], ids=["admin", "agent", "nobody"])
async def test_any_request_gets_an_answer_that_is_described(place: Place, person: str) -> None:
    there, secret = await known(place), await place.token(person) if person else ""
    statuses: dict[str, set[int]] = {}

    def said(case: Any, answer: Any) -> None:
        statuses.setdefault(case.path, set()).add(answer.status_code)

    await asyncio.to_thread(ask_all, place.url, secret, there, said)
    told = f"{statuses}"
    assert len(statuses) == len({each.path for each in OPERATIONS})
    if not person:
        assert statuses.pop(FREE) == {200}
        assert set().union(*statuses.values()) <= {401, 403, 404, 422}
        assert all(401 in found for found in statuses.values())
    else:
        assert not any(401 in found for found in statuses.values()), "the token was good all the time"
        assert 200 in statuses["/api/v1/recordings/{id}"], told
    if person == "6001":
        assert all(found & {200, 201} for found in statuses.values()), told
