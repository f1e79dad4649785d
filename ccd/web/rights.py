"""Who may do what at the API: a person's post by the roster, what a token was made for, and both together.

Rights are asked for anew with each request: who leaves the roster, or changes posts, has others at once.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from ccd.config import Settings
from ccd.quality.people import is_manager, is_qa_manager, may_follow
from ccd.roster import Roster
from ccd.world import World

__all__ = [
    "Post",
    "Principal",
    "Scope",
    "may_hear",
    "may_take_marked",
    "post_of",
    "scope_of_act",
    "sees_board",
]

_QUALITY = frozenset({"sampling", "scoring", "calibration", "assessment", "retention"})


class Scope(StrEnum):
    """What a token can be made for."""

    QA_READ = "qa:read"
    QA_WRITE = "qa:write"
    RECORDINGS = "recordings"
    LISTEN = "listen"
    BOARD = "board"
    ACTS = "acts"
    ALL = "all"


class Post(StrEnum):
    """What the console and the API know people as."""

    AGENT = "agent"
    ANALYST = "analyst"
    LEAD = "lead"
    MANAGER = "manager"
    ADMIN = "admin"


@dataclass(frozen=True)
class Principal:
    """Who asks. ``via``: token | link | session; ``token``: by which one, for the audit chain."""

    person: str
    posts: frozenset[Post]
    scopes: frozenset[Scope]
    via: str
    token: str

    def has(self, scope: Scope) -> bool:
        return scope in self.scopes or Scope.ALL in self.scopes

    def is_any(self, *posts: Post) -> bool:
        return not self.posts.isdisjoint(posts)


def post_of(settings: Settings, roster: Roster, person: str) -> frozenset[Post]:
    """By the role in the roster, and ``web.admins``; empty for somebody whom the roster does not know."""
    known = roster.by_code(person)
    if known is None:
        return frozenset()
    quality, shifts = settings.quality, settings.shifts
    found = {Post.ADMIN} if person in settings.web.admins else set()
    if known.role in quality.manager_roles or known.role in shifts.manager_roles:
        found.add(Post.MANAGER)
    if known.role in shifts.lead_roles:
        found.add(Post.LEAD)
    if known.role in quality.analyst_roles:
        found.add(Post.ANALYST)
    return frozenset(found or {Post.AGENT})


def scope_of_act(policy: str) -> Scope:
    if policy == "listening":
        return Scope.LISTEN
    return Scope.QA_WRITE if policy in _QUALITY else Scope.ACTS


def sees_board(posts: Collection[Post], policy: str) -> bool:
    """A board shows everybody. Those about quality show scores: they are for who plans and decides; what an
    analyst or lead may see of them comes by the lists.
    """
    if Post.MANAGER in posts:
        return True
    if policy in _QUALITY:
        return policy == "sampling" and Post.ANALYST in posts
    if policy == "listening":
        return Post.LEAD in posts or Post.ANALYST in posts
    return Post.LEAD in posts


def may_hear(world: World, actor: str, people: Collection[str]) -> bool:
    """Whether ``actor`` may hear a recording in which these agents talk. One of somebody's own is heard by
    ``quality.agents_hear`` alone; one of nobody by managers.
    """
    if actor in people:
        return world.settings.quality.agents_hear
    if not people:
        return is_qa_manager(world, actor) or is_manager(world, actor)
    return any(may_follow(world, actor, person) for person in people)


def may_take_marked(world: World, actor: str) -> bool:
    """Whether ``actor`` may have what is kept from everybody else: spans marked as not to be given out."""
    return is_qa_manager(world, actor) or is_manager(world, actor)
