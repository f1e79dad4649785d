"""``/api/v1/acts`` and ``/api/v1/boards``: doing something under a policy, and how things stand with one.

Who does it is whoever asks, by their token: an actor in the request is refused as an unknown field. What they
may do is the policy's to say.
"""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Request

from ccd.adapters.control import RefusedError
from ccd.commands_acts import ACTS, BOARDS
from ccd.web.problems import ProblemError
from ccd.web.rights import Scope, scope_of_act, sees_board
from ccd.web.shapes import ActAsked, ActDone, Board
from ccd.web.site import Here, Who, held_to, needs

__all__ = ["router"]

router = APIRouter(prefix="/api/v1", tags=["acts"])

Name = Annotated[str, Path(max_length=64)]


@router.post("/acts/{policy}/{act}")
async def act(request: Request, site: Here, who: Who, policy: Name, act: Name, asked: ActAsked) -> ActDone:
    """Do something under a policy. Answered when it is kept; asked again under the same ``request`` it is not
    done twice.
    """
    if policy not in ACTS:
        raise ProblemError("no_policy", name=policy, names=", ".join(ACTS))
    if act not in ACTS[policy]:
        raise ProblemError("no_policy", name=f"{policy}/{act}", names=", ".join(ACTS[policy]))
    held_to(who, scope_of_act(policy))
    wanted: dict[str, Any] = {
        "policy": policy,
        "act": act,
        "person": asked.person,
        "actor": who.person,
        "values": asked.values,
        "language": site.language(request),
        "by": f"{who.via} {who.token}",
    }
    if asked.request:
        wanted["request"] = f"{who.token}-{asked.request}"[:80]
    try:
        done = await site.acts.act(wanted)
    except RefusedError as error:
        raise ProblemError("refused", text=error) from None
    return ActDone(**done)


@router.get("/boards/{policy}")
async def board(site: Here, who: Annotated[Any, needs(Scope.BOARD)], policy: Name) -> Board:
    """How things stand with a policy now."""
    if policy not in BOARDS:
        raise ProblemError("no_policy", name=policy, names=", ".join(BOARDS))
    if not sees_board(who.posts, policy):
        raise ProblemError("not_yours", person=who.person)
    return Board(**await site.acts.board({"policy": policy}))
