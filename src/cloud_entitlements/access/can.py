"""May this principal do this action on this resource? One question over a snapshot, with its proof."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from cloud_entitlements.access.control import Controls
from cloud_entitlements.access.organization import Organization
from cloud_entitlements.access.stacks import Gathered, gather
from cloud_entitlements.policy import Decision, MalformedRequest, Request, evaluate
from cloud_entitlements.policy.catalogue import is_multivalued
from cloud_entitlements.policy.context import ABSENT, UNKNOWN, Context, State
from cloud_entitlements.policy.derive import derived, derived_families
from cloud_entitlements.policy.pattern import has_wildcard
from cloud_entitlements.policy.principal import Principal, parse_principal


@dataclass(frozen=True, slots=True)
class Question:
    principal: str
    """ARN of a user, role, session or root; a service; `anonymous`."""
    action: str
    resource: str = "*"
    owner: str | None = None
    """Account of the resource, where its ARN does not say it."""
    context: Mapping[str, tuple[str, ...]] | None = None


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
        found, request = self.prepared(question)
        return Answered(question, evaluate(found.stack, request), found.sources)

    def prepared(self, question: Question) -> tuple[Gathered, Request]:
        """The policies and the request, to be decided. Raises as `can` does."""
        principal = parse_principal(question.principal)
        check_action(question.action)
        owner = question.owner or owner_of(question.resource, self.organization, principal)
        found = gather(
            self.organization, self._controls, principal, question.action, question.resource, owner
        )
        homes = (
            self.organization.home(principal.account) if principal.account else None,
            self.organization.home(owner) if owner else None,
        )
        context = Context(
            {
                **derived(principal, question.action, question.resource, owner, homes),
                **self._tags(principal),
                **{key.lower(): values for key, values in (question.context or {}).items()},
            },
            UNKNOWN,
            is_multivalued,
            (*derived_families(principal), *self._untagged(principal)),
        )
        return found, Request(principal, question.action, question.resource, owner, context, *homes)

    def _tags(self, principal: Principal) -> dict[str, State]:
        identity = self.organization.identities.get(principal.arn)
        tags = identity.tags if identity else {}
        return {f"{_TAG}{key.lower()}": (value,) for key, value in tags.items()}

    def _untagged(self, principal: Principal) -> tuple[tuple[str, State], ...]:
        """VAR-04: a user's tags are all there are; a session may bring more, so a role's other tags stay unknown."""
        known = principal.type == "user" and principal.arn in self.organization.identities
        return ((_TAG, ABSENT),) if known else ()


_TAG = "aws:principaltag/"


def check_action(action: str) -> None:
    """Raises MalformedRequest."""
    service, colon, name = action.partition(":")
    if not (service and colon and name) or has_wildcard(action):
        raise MalformedRequest(f"`{action}` is no action: write one as `service:Name`")


def owner_of(resource: str, organization: Organization, caller: Principal | None = None) -> str | None:
    """Account of the resource; of `*`, the caller's own. None: not known."""
    if resource == "*":
        return (caller.account or None) if caller else None
    parts = resource.split(":", 5)
    if len(parts) == 6 and parts[4].isdigit():  # noqa: PLR2004
        return parts[4]
    known = organization.resource_policies.get(resource)
    return known.owner if known else None
