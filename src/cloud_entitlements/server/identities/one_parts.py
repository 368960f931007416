"""What each part of an identity's page shows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest

from cloud_entitlements.criteria.impact import Reason, impact_of
from cloud_entitlements.criteria.score import score_of
from cloud_entitlements.server.access.document import Line
from cloud_entitlements.server.identities import general, services
from cloud_entitlements.server.identities.about import About
from cloud_entitlements.server.identities.addresses import (
    identity_address,
    path_address,
    permissions_address,
)
from cloud_entitlements.server.identities.drawing import drawing
from cloud_entitlements.server.identities.one import One, Recommended, judged
from cloud_entitlements.server.identities.picture import (
    Edge,
    Kind,
    Node,
    Picture,
    Wanted,
    picture,
)
from cloud_entitlements.server.identities.reached_by import reached_by
from cloud_entitlements.server.identities.rows import WINDOW
from cloud_entitlements.server.identities.sign_in import keys, sign_in
from cloud_entitlements.server.identities.told import told
from cloud_entitlements.server.recommendations.models import Recommendation
from cloud_entitlements.server.recommendations.shown import Opened, opened

MOST_SERVICES = 50


@dataclass(frozen=True, slots=True)
class Proof:
    """A policy with the statements marked that a recommendation rests on."""

    words: str
    document: Sequence[Line]


@dataclass(frozen=True, slots=True)
class Shown:
    opened: Opened
    proofs: Sequence[Proof] = field(default_factory=tuple)


def recommendations(found: One, about: About | None) -> dict[str, Any]:
    return {
        "suggested": list(_shown(found.suggested, about)),
        "acknowledged": list(_shown(found.acknowledged, about)),
        "judged": judged(found),
    }


def _shown(those: Sequence[Recommended], about: About | None) -> Iterator[Shown]:
    for found in those:
        one = opened(found.recommendation)
        if one is not None:
            yield Shown(one, list(_proofs(found.recommendation, about)) if about else ())


def _proofs(row: Recommendation, about: About) -> Iterator[Proof]:
    words: dict[str, str] = {}
    numbers: dict[str, list[int]] = {}
    for one in row.evidence:
        if one.get("document") and one.get("statement") is not None:
            words.setdefault(one["document"], one.get("policy", ""))
            numbers.setdefault(one["document"], []).append(one["statement"])
    for sha256, name in words.items():
        yield Proof(name, general.marked(about, sha256, numbers[sha256]))


def _nothing_more(_request: HttpRequest, about: About) -> dict[str, Any]:
    return {"about": about}


# General


def _general(request: HttpRequest, about: About) -> dict[str, Any]:
    type_ = about.subject.type
    policy = request.GET.get("policy", "")
    context: dict[str, Any] = {
        "about": about,
        "policies": general.policies(about),
        "boundary": general.boundary(about),
        "levels": general.levels(about),
        "control_unread": general.control_unread(about),
        "managing": about.subject.account_id == about.index.organization.management_account,
        "standalone": about.index.organization.standalone,
        "open_policy": policy,
        "open_document": general.marked(about, policy) if policy else (),
        "here": identity_address(about.subject.arn, about.one.row.connection_id, part="general"),
    }
    if type_ in ("user", "root"):
        context |= {"keys": keys(about), "sign_in": sign_in(about)}
    if type_ == "user":
        context["groups"] = _linked(about, general.group_arns(about))
    if type_ == "group":
        context["members"] = _linked(about, general.member_arns(about))
    if type_ == "role":
        context["role"] = general.role_facts(about)
        context["reached"] = reached_by(about.snapshot, about.subject.path, about.subject.arn)
    return context


def _linked(about: About, named: Sequence[tuple[str, str]]) -> Sequence[tuple[str, str]]:
    connection = about.one.row.connection_id
    return [(name, identity_address(arn, connection) if arn else "") for name, arn in named]


# Permissions


def _permissions(request: HttpRequest, about: About) -> dict[str, Any]:
    held = services.held(about)
    found = services.services(about, held)
    used = request.GET.get("used", "")
    chosen = [one for one in found if used in ("", one.use.bucket)]
    every = request.GET.get("all", "") == "1"
    here = identity_address(about.subject.arn, about.one.row.connection_id, part="permissions")
    buckets = [
        (words, count, f"{here}&used={bucket}", bucket == used)
        for bucket, words, count in services.counted(found)
    ]
    return {
        "about": about,
        "held": held,
        "services": chosen if every else chosen[:MOST_SERVICES],
        "more": 0 if every else max(0, len(chosen) - MOST_SERVICES),
        "every": f"{here}&all=1" + (f"&used={used}" if used else ""),
        "total": sum(1 for one in found if one.actions),
        "buckets": buckets,
        "used": used,
        "unfiltered": here,
        "asked": services.asked(about),
        "impact": impact_of(about.subject),
        "reasons": [(one, _proof(about, one)) for one in services.dangerous(held)],
        "score": score_of(about.subject, about.now, WINDOW),
        "window": WINDOW.days,
        "all_permissions": permissions_address(about),
        "unread": about.subject.unread,
    }


def _proof(about: About, reason: Reason) -> str:
    service, _, name = reason.action.partition(":")
    return permissions_address(about, service=service, q=name)


# Access path


def wanted(request: HttpRequest) -> Wanted:
    return Wanted(request.GET.get("policies") == "all", request.GET.get("services") == "all")


def _path(request: HttpRequest, about: About) -> dict[str, Any]:
    unfold = wanted(request)
    drawn = picture(about, unfold)
    unfolded = {"policies": "all"} if unfold.policies else {}
    unfolded |= {"services": "all"} if unfold.services else {}
    here = path_address(about, **unfolded)
    at = request.GET.get("at", "")
    query = here.partition("?")[2]
    return {
        "about": about,
        "picture": drawn,
        "drawing": drawing(drawn),
        "listed": _listed(drawn),
        "at": at,
        "told": told(about, drawn, at) if at else None,
        "closed": here,
        "folded": path_address(about) if unfolded else "",
        "svg": f"/identity/path.svg?{query}",
        "files": [(name, f"/identity/path.{name.lower()}?{query}") for name in ("JSON", "CSV")],
    }


Listed = tuple[str, Sequence[tuple[Node, Sequence[Edge]]]]


def _listed(drawn: Picture) -> Sequence[Listed]:
    """The same in words: each kind with its nodes, and of policies what they give."""
    kinds: tuple[tuple[str, Kind], ...] = (
        ("Who gets to be it", "caller"),
        ("Groups", "group"),
        ("Policies", "policy"),
        ("What limits it", "gate"),
        ("Services that it reaches", "service"),
        ("Services that are stopped", "stopped"),
    )
    found = [
        (words, [(node, drawn.leaving(node) if kind == "policy" else ()) for node in drawn.of(kind)])
        for words, kind in kinds
    ]
    return [(words, nodes) for words, nodes in found if nodes]


FILLED: Mapping[str, Callable[[HttpRequest, About], dict[str, Any]]] = {
    "recommendations": _nothing_more,
    "general": _general,
    "permissions": _permissions,
    "path": _path,
}
