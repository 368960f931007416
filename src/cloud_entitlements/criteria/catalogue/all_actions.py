"""Every action of a service, on whatever resource: the policy says what it is about, and not what it is for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cloud_entitlements.access.index.giving import Giving
from cloud_entitlements.criteria.criterion import (
    Criterion,
    Evidence,
    Fix,
    Judgement,
    Standards,
    contained,
    fails,
    passes,
    unknown,
)
from cloud_entitlements.criteria.evidence import few
from cloud_entitlements.criteria.grants import own_denials, place, proofs, together
from cloud_entitlements.criteria.levels import changing
from cloud_entitlements.criteria.limits import stopped_by, unread_limits
from cloud_entitlements.criteria.reaches import several
from cloud_entitlements.criteria.services import actions_of_service, whole_services
from cloud_entitlements.criteria.subject import Around, Subject


def judge(subject: Subject, around: Around) -> Judgement:
    grants = around.grants(subject)
    given = _given(subject, around, together(one.actions for one in grants))
    if not given:
        if subject.unread:
            return unknown(f"policies that were not read: {several(f'`{one}`' for one in subject.unread)}")
        return passes()
    # A guardrail that takes one action of a service leaves the policy as wide as it is: what changes nothing any more is stopped.
    left = [one for one in given if actions_of_service()[one] & subject.reach.possible & changing()]
    if not left:
        takers = around.taken_by(subject, _of(given))
        return contained(stopped_by(takers), *_evidence(grants, given))
    return fails(*_evidence(grants, left), *_taken(subject, left), *unread_limits(subject, around))


def _given(subject: Subject, around: Around, allowed: int) -> Sequence[str]:
    """Whole services by its own policies."""
    if not whole_services(allowed):
        return ()
    denied = together(found for _source, _statement, found in own_denials(subject, around))
    return whole_services(allowed & ~denied)


def _of(services: Sequence[str]) -> int:
    return together(actions_of_service()[one] for one in services)


def _evidence(grants: Sequence[Giving], services: Sequence[str]) -> Iterator[Evidence]:
    yield Evidence(f"every action of {_listed(services)}")
    yield from few(proofs(grants, lambda one: _whole(one) & _of(services), _told), "statements")
    apart = [one for one in services if not any(one in whole_services(grant.actions) for grant in grants)]
    for service in apart[:_NAMED]:
        places = [place(one) for one in grants if one.actions & actions_of_service()[service]]
        yield Evidence(f"{several(places)} allow every action of `{service}` together")


def _whole(grant: Giving) -> int:
    return _of(whole_services(grant.actions))


def _told(actions: int) -> str:
    return f"every action of {_listed(whole_services(actions))}"


def _taken(subject: Subject, services: Sequence[str]) -> Iterator[Evidence]:
    taken = _of(services) & ~subject.reach.possible
    if taken:
        number = taken.bit_count()
        yield Evidence(
            f"{number} of these actions {'is' if number == 1 else 'are'} taken by a boundary or a control policy"
        )


def _listed(services: Sequence[str]) -> str:
    return several((f"`{one}`" for one in services), _NAMED)


_NAMED = 5

CRITERION = Criterion(
    id="all-actions",
    title="Access to all actions",
    types=("user", "role", "group"),
    why="Who may do every action of a service may delete what it holds and open it to others, though the work seldom needs that.",
    fix=Fix(
        console="IAM > {name} > Access Advisor shows what was used. IAM > Policies > {policy} > Edit: name those actions in the place of the wildcard.",
        cli="aws iam generate-service-last-accessed-details --arn {arn} --granularity ACTION_LEVEL\n# with the JobId that it prints\naws iam get-service-last-accessed-details --job-id JOB_ID\n# narrowed.json: the same policy, with the actions that are needed\n{narrow}",
        terraform='# in the policy document of {policy}, in the place of "s3:*"\nactions = ["s3:GetObject", "s3:PutObject"]',
    ),
    criticality="medium",
    needs=("authorization_details",),
    standards=Standards(nist=("AC-6", "AC-6(1)"), iso=("A.5.15", "A.8.2")),
    judge=judge,
)
