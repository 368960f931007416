"""What may one principal do: action by action, on what its policies name.

Policies of the identity, its boundary and control policies count; of resources, those of the principal's own account are
meant where the pattern names no other. A resource's own policy may give more, or take some of it: it is a question of its
own, and where nothing is allowed without it (keys, role trust) the answer is conditional.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from cloud_entitlements.access.answers import Permission, Permissions
from cloud_entitlements.access.can import Asker, Question
from cloud_entitlements.access.within import (
    Within,
    decide_within,
    patterns_about,
    resource_patterns,
    statements_about,
)
from cloud_entitlements.policy import UNREAD, Decision, PolicyStack, Request, evaluate
from cloud_entitlements.policy.catalogue import ActionFacts, actions_of, facts_of, services
from cloud_entitlements.policy.lint.resources import supports, template
from cloud_entitlements.policy.pattern import SEGMENTS, has_wildcard
from cloud_entitlements.policy.principal import Principal
from cloud_entitlements.policy.services import quirks_of
from cloud_entitlements.policy.services.quirks import ORDINARY
from cloud_entitlements.policy.stack import CompiledPolicy
from cloud_entitlements.policy.statement import Compiled
from cloud_entitlements.policy.truth import T

_ACCOUNT, _PARTITION = 4, 1


def permissions_of(
    asker: Asker, principal: str, service: str | None, naming: Callable[[Principal], Sequence[str]]
) -> Permissions:
    """Raises MalformedRequest, NotFound."""
    found, request = asker.prepared(Question(principal, "sts:GetCallerIdentity"))
    stack = replace(found.stack, resource=None, grants=(), s3=None)
    one = _Holder(asker, stack, request, found.tell_sources())
    entries = [entry for action in _actions(stack, service) for entry in one.of_action(action)]
    unread = {
        "identity": stack.identity is UNREAD or UNREAD in stack.identity,
        "boundary": stack.boundary is UNREAD or UNREAD in (stack.boundary or ()),
        "scp": stack.service_control is UNREAD,
    }
    return Permissions(
        principal,
        tuple(sorted(entries, key=lambda entry: (entry.action.lower(), entry.resource))),
        tuple(name for name, missing in unread.items() if missing),
        tuple(naming(request.principal)),
    )


def _actions(stack: PolicyStack, service: str | None) -> Iterator[str]:
    """The catalogue's, and those that policies name and it does not know (ACT-03)."""
    chosen = sorted(services()) if service is None else [service.lower()]
    for one in chosen:
        yield from actions_of(one).values()
    for pattern in dict.fromkeys(_literal_actions(stack)):
        name = pattern.partition(":")[0].lower()
        if (service is None or name == service.lower()) and pattern.lower().partition(":")[
            2
        ] not in actions_of(name):
            yield pattern


def _literal_actions(stack: PolicyStack) -> Iterator[str]:
    for member in stack.identity if isinstance(stack.identity, tuple) else ():
        for statement in member.statements if isinstance(member, CompiledPolicy) else ():
            actions = statement.source.actions
            if statement.allows and not actions.negated:
                yield from (one for one in actions.patterns if ":" in one and not has_wildcard(one))


@dataclass
class _Holder:
    asker: Asker
    stack: PolicyStack
    request: Request
    sources: Any
    _known: dict[Any, list[Permission]] = field(default_factory=dict)
    """Equal statements about actions of one service come to the same."""

    def of_action(self, action: str) -> list[Permission]:
        lower = action.lower()
        settled = quirks_of(lower.partition(":")[0]).settled(replace(self.request, action=action))
        if settled is not None:
            allowed = Permission(action, "*", "allowed", "", (), (), (settled.why,))
            return [allowed] if settled.truth == T else []
        if self.request.principal.type != "root" and not self._may(lower):
            return []
        about = list(statements_about(self.stack, lower))
        facts = facts_of(action)
        key = (self._alone(action), _kinds(facts, about), tuple(map(id, about)))
        if key not in self._known:
            self._known[key] = list(self._entries(action, lower))
        return [replace(one, action=action, known=facts is not None) for one in self._known[key]]

    def _alone(self, action: str) -> str:
        """Where a service or a caller has rules about single actions, none stands for another."""
        service = action.partition(":")[0].lower()
        own_rules = quirks_of(service) is not ORDINARY or self.request.principal.type == "root"
        return action if own_rules else service

    def _may(self, action: str) -> bool:
        identity = self.stack.identity
        if not isinstance(identity, tuple):
            return True
        return any(member is UNREAD or any(one.allows for one in member.about(action)) for member in identity)

    def _entries(self, action: str, lower: str) -> Iterator[Permission]:
        facts = facts_of(action)
        allowed = self._allowed_patterns(lower)
        if facts is not None and not facts.resource_types and allowed:
            # REQ-03: asked about no resource, and a narrower statement may count all the same
            allowed = {"*": list(dict.fromkeys(one for sources in allowed.values() for one in sources))}
        for pattern, sources in allowed.items():
            if not supports(action, pattern):
                continue
            without = facts is not None and not facts.resource_types
            decision = self._decide(action, "*") if without else self._within(action, lower, pattern).decision
            if decision.outcome != "denied":
                yield Permission(
                    action,
                    pattern,
                    decision.outcome,
                    decision.residual,
                    decision.context_keys,
                    decision.incomplete,
                    tuple(sources),
                )

    def _allowed_patterns(self, action: str) -> dict[str, list[str]]:
        """What Allow statements name, each with the policies that do; of NotResource, of root, and of what was not read, `*`."""
        found: dict[str, list[str]] = {}
        identity = self.stack.identity
        members = identity if isinstance(identity, tuple) else (UNREAD,)
        if self.request.principal.type == "root":
            return {"*": ["root"]}
        for number, member in enumerate(members):
            place = self.sources.get(f"identity[{number}]", f"identity[{number}]")
            for statement in member.about(action) if isinstance(member, CompiledPolicy) else ():
                if statement.allows and statement.resources is not None:
                    everything = statement.resources.negated
                    patterns = ("*",) if everything else resource_patterns(statement, self.request.context)
                    for pattern in patterns:
                        _add(found.setdefault(pattern, []), place)
            if member is UNREAD:
                _add(found.setdefault("*", []), place)
        return found

    def _within(self, action: str, lower: str, pattern: str) -> Within:
        others = patterns_about(self.stack, lower, self.request.context)
        facts = facts_of(action)

        def decide(resource: str) -> Decision:
            return self._decide(action, resource)

        bases = [pattern]
        if facts and (not pattern.startswith("arn:") or pattern.count(":") < SEGMENTS - 1):
            service = facts.name.partition(":")[0]
            bases = [arn for kind in facts.resource_types if (arn := template(service, kind))] or [pattern]
        return decide_within(pattern, others, decide, [self._at_home(base) for base in bases])

    def _at_home(self, pattern: str) -> str:
        """Whose account is not said is the principal's own."""
        segments = pattern.split(":", SEGMENTS - 1)
        if len(segments) < SEGMENTS:
            return pattern
        caller = self.request.principal
        if has_wildcard(segments[_PARTITION]):
            segments[_PARTITION] = caller.partition
        if has_wildcard(segments[_ACCOUNT]):
            segments[_ACCOUNT] = caller.account
        return ":".join(segments)

    def _decide(self, action: str, resource: str) -> Decision:
        caller = self.request.principal
        parts = resource.split(":", SEGMENTS - 1)
        owner = parts[_ACCOUNT] if len(parts) == SEGMENTS and parts[_ACCOUNT].isdigit() else caller.account
        question = Question(caller.arn, action, resource, owner)
        request = self.asker.request(caller, question, owner)
        open_ = owner != caller.account or quirks_of(request.service).explicit(request)
        rcps = self.asker.resource_control(owner)
        stack = replace(self.stack, resource=UNREAD if open_ else None, resource_control=rcps)
        return evaluate(stack, request)


def _kinds(facts: ActionFacts | None, about: Iterable[Compiled]) -> object:
    """Types of resources matter where a statement tells resources apart."""
    if facts is None or not facts.resource_types:
        return facts is None
    return facts.resource_types if not all(one.everywhere for one in about) else True


def _add(sources: list[str], place: str) -> None:
    if place not in sources:
        sources.append(place)
