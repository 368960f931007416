from __future__ import annotations

from collections.abc import Iterator

from cloud_entitlements.policy.catalogue import services
from cloud_entitlements.policy.lint.actions import meant_by
from cloud_entitlements.policy.lint.document import Document, placed
from cloud_entitlements.policy.lint.finding import Criterion, Found
from cloud_entitlements.policy.pattern import has_wildcard


def _find(document: Document) -> Iterator[Found]:
    for statement in document.statements:
        for pattern, place in placed(statement.actions):
            service, _, name = pattern.lower().partition(":")
            if has_wildcard(name) and service in services() and not meant_by(pattern).names:
                yield Found(f"no action that AWS lists matches `{pattern}`", place, statement)


ACTION_MATCHES_NOTHING = Criterion(
    code="action-matches-nothing",
    title="A pattern that no action matches",
    severity="warning",
    why="It allows or denies nothing today, and whatever AWS adds under such a name later.",
    fix="compare it with the service's list of actions: `Describe`, `Get` and `List` differ from service to service",
    find=_find,
)
