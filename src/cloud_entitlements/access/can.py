"""May this principal do this action on this resource? One question over a snapshot, with its proof."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

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
from cloud_entitlements.policy.stack import Levels


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
        """A resource with wildcards stands for all that it matches.

        Raises MalformedRequest for what is no question, NotFound for a principal that is not there.
        """
        found, request = self.prepared(question)
        if question.resource == "*" or not has_wildcard(question.resource):
            return Answered(question, evaluate(found.stack, request), found.sources)
        others = patterns_about(found.stack, request.action.lower(), request.context)

        def decide(resource: str) -> Decision:
            return evaluate(found.stack, replace(request, resource=resource))

        within = decide_within(question.resource, others, decide)
        return Answered(question, within.decision, found.sources)

    def prepared(self, question: Question) -> tuple[Gathered, Request]:
        """The policies and the request, to be decided. Raises as `can` does."""
        principal = parse_principal(question.principal)
        check_action(question.action)
        return self.of(principal, question)

    def of(self, principal: Principal, question: Question) -> tuple[Gathered, Request]:
        """The same for a principal that the question does not name. Raises NotFound."""
        owner = question.owner or owner_of(question.resource, self.organization, principal)
        found = gather(
            self.organization, self._controls, principal, question.action, question.resource, owner
        )
        return found, self.request(principal, question.action, question.resource, owner, question.context)

    def request(
        self,
        principal: Principal,
        action: str,
        resource: str,
        owner: str | None,
        given: Mapping[str, tuple[str, ...]] | None = None,
    ) -> Request:
        """With the keys that follow from it and from the snapshot; all others are unknown."""
        homes = (
            self.organization.home(principal.account) if principal.account else None,
            self.organization.home(owner) if owner else None,
        )
        context = Context(
            {
                **derived(principal, action, resource, owner, homes),
                **_open_region(resource),
                **self._tags(principal),
                **{key.lower(): values for key, values in (given or {}).items()},
            },
            UNKNOWN,
            is_multivalued,
            (*derived_families(principal), *self._untagged(principal)),
        )
        return Request(principal, action, resource, owner, context, *homes)

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


_TAG = "aws:principaltag/"


def _open_region(resource: str) -> dict[str, State]:
    """Of a resource whose region is left open, or made up, nothing is known."""
    parts = resource.split(":", 4)
    open_ = len(parts) > _REGION and (has_wildcard(parts[_REGION]) or ANY in parts[_REGION])
    return {"aws:requestedregion": UNKNOWN} if open_ else {}


_REGION = 3


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
    known = organization.resource_policies.get(resource) or organization.resource_policies.get(
        holder_of(resource)
    )
    return known.owner if known else None
