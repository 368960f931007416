"""A policy that gives nothing and forbids nothing: a mistyped action, or a resource that none of its actions is about."""

from __future__ import annotations

from collections.abc import Iterator

from cloud_entitlements.access.organization import Source
from cloud_entitlements.criteria.criterion import (
    Criterion,
    Evidence,
    Fix,
    Judgement,
    Standards,
    fails,
    not_applicable,
    passes,
    unknown,
)
from cloud_entitlements.criteria.evidence import few
from cloud_entitlements.criteria.nothing_granted import idle
from cloud_entitlements.criteria.reaches import several
from cloud_entitlements.criteria.subject import Around, Subject
from cloud_entitlements.policy.document import statement_place
from cloud_entitlements.policy.stack import CompiledPolicy


def judge(subject: Subject, around: Around) -> Judgement:
    """Policies of its own: what comes through a group is the group's."""
    own = (*subject.attached, *subject.inline)
    if not own:
        return not_applicable("it has no policies of its own")
    found = few(_evidence(own, around), "policies")
    if found:
        return fails(*found)
    unread = [one.words for one in own if around.statements(one.document) is None]
    if unread:
        return unknown(f"policies that were not read: {several(f'`{one}`' for one in unread)}")
    return passes()


def _evidence(own: tuple[Source, ...], around: Around) -> Iterator[Evidence]:
    for source in own:
        held = around.organization.policy(source.document)
        for one in idle(held)[:1] if isinstance(held, CompiledPolicy) else ():
            where = "" if one.number is None else f" in `{statement_place(one.number)}`"
            what = "forbids" if one.denies else "grants"
            yield Evidence(
                f"`{source.words}` {what} nothing{where}: {one.why}",
                source.words,
                source.document or "",
                one.number,
            )


CRITERION = Criterion(
    id="grants-nothing",
    title="Policy that grants nothing",
    types=("user", "role", "group"),
    why="Somebody meant to give something, and a typing error or a wrong ARN made it nothing; or it is left over from a service that is gone. Whoever reads it believes what it seems to say.",
    fix=Fix(
        console="IAM > {name} > Permissions: correct {policy}, comparing it with the service's actions and resource types, or remove it.",
        cli="ciem policy lint policy.json\n{take_away}",
        terraform="# correct the policy {policy} of {name}, or remove its attachment",
    ),
    criticality="low",
    needs=("authorization_details",),
    standards=Standards(nist=("AC-6(7)",), iso=("A.5.18",)),
    judge=judge,
)
