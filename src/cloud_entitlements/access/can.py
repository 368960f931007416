"""May this principal do this action on this resource? One question over a snapshot, with its proof."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from cloud_entitlements.access.control import Controls
from cloud_entitlements.access.organization import Organization
from cloud_entitlements.access.stacks import gather
from cloud_entitlements.policy import Decision, MalformedRequest, Request, evaluate
from cloud_entitlements.policy.catalogue import is_multivalued
from cloud_entitlements.policy.context import UNKNOWN, Context, State
from cloud_entitlements.policy.derive import derived, derived_families
from cloud_entitlements.policy.pattern import has_wildcard
from cloud_entitlements.policy.principal import Principal, parse_principal
from cloud_entitlements.policy.profiles import ENDPOINT_KEYS, assume


@dataclass(frozen=True, slots=True)
class Question:
    principal: str
    """ARN of a user, role, session or root; a service; `anonymous`."""
    action: str
    resource: str = "*"
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
        principal = parse_principal(question.principal)
        service, colon, name = question.action.partition(":")
        if not (service and colon and name) or has_wildcard(question.action):
            raise MalformedRequest(f"`{question.action}` is no action: write one as `service:Name`")
        owner = question.owner or _owner(principal, question.resource, self.organization)
        request = self._request(question, principal, owner)
        found = gather(
            self.organization,
            self._controls,
            principal,
            question.action,
            question.resource,
            owner,
            through_endpoint=_passes_endpoint(question),
        )
        return Answered(question, _noted(evaluate(found.stack, request)), found.sources)

    def _request(self, question: Question, principal: Principal, owner: str | None) -> Request:
        homes = (
            self.organization.home(principal.account) if principal.account else None,
            self.organization.home(owner) if owner else None,
        )
        known: dict[str, State] = {
            **derived(principal, question.action, question.resource, owner, homes),
            **self._tags(principal),
            **{key.lower(): values for key, values in (question.context or {}).items()},
        }
        assumed = assume(question.assume, principal, known, datetime.now(UTC))
        states = {**dict(assumed.states), **known}
        context = Context(states, UNKNOWN, is_multivalued, derived_families(principal))
        return Request(principal, question.action, question.resource, owner, context, *homes, assumed=assumed)

    def _tags(self, principal: Principal) -> dict[str, State]:
        """A user's tags are all there are; a session may bring more, so a role's other tags stay unknown (VAR-04)."""
        identity = self.organization.identities.get(principal.arn)
        if identity is None:
            return {}
        return {f"aws:principaltag/{key.lower()}": (value,) for key, value in identity.tags.items()}


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


def _owner(principal: Principal, resource: str, organization: Organization) -> str | None:
    if resource == "*":
        return principal.account or None
    parts = resource.split(":", 5)
    if len(parts) == 6 and parts[4].isdigit():  # noqa: PLR2004
        return parts[4]
    known = organization.resource_policies.get(resource)
    return known.owner if known else None
