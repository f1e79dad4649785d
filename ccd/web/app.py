"""The API put together: what can be asked for, how errors are told, and the guard before it all."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from ccd import __version__
from ccd.web import acting, quality, recordings
from ccd.web.guard import Guard
from ccd.web.hearing import Hearings
from ccd.web.problems import KINDS, MEDIA_TYPE, ProblemError, response_of
from ccd.web.shapes import ProblemShape
from ccd.web.site import Site

__all__ = ["api", "guarded", "openapi"]

log = structlog.get_logger("ccd.web")

ABOUT = """Recordings and quality of a call centre. Every request carries a token (`ccd token new`), every
error is a problem as RFC 9457 has it, in the language of `Accept-Language` (zh, en). See docs/api.md."""
FAULTS_TOLD = 5


def api(site: Site | None) -> FastAPI:
    """``site`` None: only for its OpenAPI."""
    told = {status: {"model": ProblemShape, "description": title} for status, title in _statuses().items()}
    app = FastAPI(
        title="ccd",
        version=__version__,
        description=ABOUT,
        openapi_url="/api/v1/openapi.json",
        docs_url=None,  # these fetch from elsewhere
        redoc_url=None,
        responses=told,
    )
    app.state.site = site
    app.state.hearings = Hearings()
    for each in (recordings, quality, acting):
        app.include_router(each.router)
    app.add_api_route("/api/v1/problems", problems, methods=["GET"], tags=["problems"])
    _tell_errors(app)
    plain = app.openapi
    app.openapi = lambda: _as_problems(plain())  # type: ignore[method-assign]
    return app


def guarded(app: FastAPI, site: Site) -> Guard:
    return Guard(app, lambda: site.settings().web.connections, lambda: site.settings().daemon.language)


async def problems() -> dict[str, dict[str, Any]]:
    """Every kind of error there is, in both languages."""
    return {
        code: {"status": kind.status, "title": list(kind.title), "detail": list(kind.detail)}
        for code, kind in KINDS.items()
    }


def _as_problems(schema: dict[str, Any]) -> dict[str, Any]:
    """Errors are of their own media type."""
    for methods in schema["paths"].values():
        for told in methods.values():
            for status, answer in told["responses"].items():
                content = answer.get("content", {})
                if int(status) >= 400 and "application/json" in content:
                    answer["content"] = {MEDIA_TYPE: content["application/json"]}
    return schema


def _statuses() -> dict[int | str, str]:
    found: dict[int | str, str] = {}
    for kind in sorted(KINDS.values(), key=lambda kind: kind.status):
        found.setdefault(kind.status, kind.title[0])
    return {status: title for status, title in found.items() if status not in (405, 408, 413, 415, 416)}


def _tell_errors(app: FastAPI) -> None:
    def told(request: Request, problem: ProblemError) -> Response:
        return response_of(request, problem, request.app.state.site.settings().daemon.language)

    async def known(request: Request, error: Exception) -> Response:
        assert isinstance(error, ProblemError)
        return told(request, error)

    async def invalid(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        return told(request, ProblemError("invalid", faults=_faults(error)))

    async def by_status(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        return told(request, _of_status(request, error))

    async def defect(request: Request, error: Exception) -> Response:
        log.error("web_request_failed", path=request.scope["route"].path, exc_info=error)
        return told(request, ProblemError("defect"))

    handlers: dict[Any, Callable[[Request, Exception], Any]] = {
        ProblemError: known,
        RequestValidationError: invalid,
        HTTPException: by_status,
        Exception: defect,
    }
    for kind, handler in handlers.items():
        app.add_exception_handler(kind, handler)


def _faults(error: RequestValidationError) -> str:
    """Where and what, never what was sent: it may be a secret."""
    found = [
        f"{'.'.join(str(part) for part in each['loc'][1:]) or each['loc'][0]}: {each['msg']}"
        for each in error.errors()
    ]
    return "; ".join(found[:FAULTS_TOLD])


def _of_status(request: Request, error: HTTPException) -> ProblemError:
    path = request.url.path[:200]
    if error.status_code == 405:
        allowed = (error.headers or {}).get("Allow", "GET")
        return ProblemError("method", {"Allow": allowed}, method=request.method, path=path, allowed=allowed)
    if error.status_code == 404:
        return ProblemError("not_found", path=path)
    return ProblemError("invalid", faults=str(error.detail))


def openapi() -> dict[str, Any]:
    """As it is committed in docs/openapi.json."""
    return api(None).openapi()
