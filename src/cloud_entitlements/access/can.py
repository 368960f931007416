"""May this principal do this action on this resource? One question over a snapshot, with its proof."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from cloud_entitlements.access.control import RCP, Controls
from cloud_entitlements.access.organization import Organization
from cloud_entitlements.access.stacks import Gathered, gather, holder_of
from cloud_entitlements.access.within import decide_within, patterns_about
from cloud_entitlements.policy import Decision, MalformedRequest, Request, evaluate
from cloud_entitlements.policy.catalogue import is_multivalued
from cloud_entitlements.policy.common import ANY
from cloud_entitlements.policy.context import ABSENT, UNKNOWN, Context, State
from cloud_entitlements.policy.derive import derived, derived_families
from cloud_entitlements.policy.pattern import has_wildcard
from cloud_entitlements.policy.principal import Principal, parse_principal
from cloud_entitlements.policy.profiles import ENDPOINT_KEYS, assume
from cloud_entitlements.policy.stack import Levels

_TAG = "aws:principaltag/"
_REGION, _ACCOUNT, _SEGMENTS = 3, 4, 6


@dataclass(frozen=True, slots=True)
class Question:
    principal: str
    """ARN of a user, role, session or root; a service; `anonymous`."""
    action: str
    resource: str = "*"
    """With wildcards it stands for all that it matches; `*` alone for no resource in particular."""
    owner: str | None = None
    """Account of the resource, where its ARN does not say it."""
    context: Mapping[str, tuple[str, ...]] | None = None
    assume: tuple[str, ...] = ()
    """Names of assumptions (GK-02); what the context gives, and what follows from the question, win over them."""


@dataclass(frozen=True, slots=True)
class Answered:
    question: Question
    decision: Decision
    sources: Mapping[str, str]
    """Where the policies of the decision can be looked up, by their place in it."""


class Asker:
    """One snapshot, asked many times."""

    def __init__(self, organization: Organization) -> None:
        self.organization, self._controls = organization, Controls(organization)

    def can(self, question: Question) -> Answered:
        """Raises MalformedRequest for what is no question, NotFound for a principal that is not there."""
        found, decision = self.decide(question)
        return Answered(question, decision, found.tell_sources())

    def decide(self, question: Question) -> tuple[Gathered, Decision]:
        """The same for whoever needs no names of policies. Raises as `can` does."""
        found, request = self.prepared(question)
        if question.resource == "*" or not has_wildcard(question.resource):
            return found, _noted(evaluate(found.stack, request))
        others = patterns_about(found.stack, request.action.lower(), request.context)

        def of_one(resource: str) -> Decision:
            return evaluate(found.stack, replace(request, resource=resource))

        return found, _noted(decide_within(question.resource, others, of_one).decision)

    def prepared(self, question: Question) -> tuple[Gathered, Request]:
        """The policies and the request, to be decided. Raises as `can` does."""
        principal = parse_principal(question.principal)
        check_action(question.action)
        return self.of(principal, question)

    def of(self, principal: Principal, question: Question) -> tuple[Gathered, Request]:
        """The same for a principal that the question does not name. Raises NotFound."""
        owner = question.owner or owner_of(question.resource, self.organization, principal)
        found = gather(
            self.organization,
            self._controls,
            principal,
            question.action,
            question.resource,
            owner,
            through_endpoint=_passes_endpoint(question),
        )
        return found, self.request(principal, question, owner)

    def request(self, principal: Principal, question: Question, owner: str | None) -> Request:
        """With the keys that follow from it and from the snapshot, and those assumed; all others are unknown."""
        homes = (
            self.organization.home(principal.account) if principal.account else None,
            self.organization.home(owner) if owner else None,
        )
        known: dict[str, State] = {
            **derived(principal, question.action, question.resource, owner, homes),
            **_open_region(question.resource),
            **self._tags(principal),
            **{key.lower(): values for key, values in (question.context or {}).items()},
        }
        assumed = assume(question.assume, principal, known, datetime.now(UTC))
        families = (*derived_families(principal), *self._untagged(principal))
        context = Context({**dict(assumed.states), **known}, UNKNOWN, is_multivalued, families)
        return Request(principal, question.action, question.resource, owner, context, *homes, assumed=assumed)

    def resource_control(self, account: str | None) -> Levels:
        return self._controls.of(account, RCP)

    def _tags(self, principal: Principal) -> dict[str, State]:
        identity = self.organization.identities.get(principal.arn)
        tags = identity.tags if identity else {}
        return {f"{_TAG}{key.lower()}": (value,) for key, value in tags.items()}

    def _untagged(self, principal: Principal) -> tuple[tuple[str, State], ...]:
        """VAR-04: a user's tags are all there are; a session may bring more, so a role's other tags stay unknown."""
        known = principal.type == "user" and principal.arn in self.organization.identities
        return ((_TAG, ABSENT),) if known else ()


def _passes_endpoint(question: Question) -> bool:
    return any(values and key.lower() in ENDPOINT_KEYS for key, values in (question.context or {}).items())


def _noted(decision: Decision) -> Decision:
    """VPCE-01: policies of endpoints are not collected. Where the answer hangs on one, it says so."""
    if "vpc_endpoint" in decision.incomplete:
        note = "the call passes a VPC endpoint, whose own policy is not collected: it may deny what the others allow"
    elif not ENDPOINT_KEYS.isdisjoint(decision.context_keys):
        note = "through a VPC endpoint the endpoint's own policy counts too, which is not collected"
    else:
        return decision
    return replace(decision, warnings=(*decision.warnings, note))


def _open_region(resource: str) -> dict[str, State]:
    """Of a resource whose region is left open, or made up, nothing is known."""
    parts = resource.split(":", _REGION + 1)
    open_ = len(parts) > _REGION and (has_wildcard(parts[_REGION]) or ANY in parts[_REGION])
    return {"aws:requestedregion": UNKNOWN} if open_ else {}


def check_action(action: str) -> None:
    """Raises MalformedRequest."""
    service, colon, name = action.partition(":")
    if not (service and colon and name) or has_wildcard(action):
        raise MalformedRequest(f"`{action}` is no action: write one as `service:Name`")


def owner_of(resource: str, organization: Organization, caller: Principal | None = None) -> str | None:
    """Account of the resource; of `*`, the caller's own. None: not known."""
    if resource == "*":
        return (caller.account or None) if caller else None
    parts = resource.split(":", _SEGMENTS - 1)
    if len(parts) == _SEGMENTS and parts[_ACCOUNT].isdigit():
        return parts[_ACCOUNT]
    policies = organization.resource_policies
    known = policies.get(resource) or policies.get(holder_of(resource))
    return known.owner if known else None
