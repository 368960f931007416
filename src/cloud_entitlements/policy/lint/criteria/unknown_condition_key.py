from __future__ import annotations

from collections.abc import Iterator

from cloud_entitlements.policy.keys import exists, names_near
from cloud_entitlements.policy.lint.actions import meant
from cloud_entitlements.policy.lint.criteria.condition_key_not_supplied import supplied_by
from cloud_entitlements.policy.lint.document import Document
from cloud_entitlements.policy.lint.finding import Criterion, Found
from cloud_entitlements.policy.lint.near import meant_perhaps


def _find(document: Document) -> Iterator[Found]:
    for statement, condition in document.conditions():
        key = condition.key.lower()
        if not exists(key) and key not in supplied_by(meant(statement.actions).names):
            fix = meant_perhaps(key, names_near(key))
            yield Found(f"AWS lists no condition key `{condition.key}`", condition.place, statement, fix)


UNKNOWN_CONDITION_KEY = Criterion(
    code="unknown-condition-key",
    title="A condition key that AWS's reference does not list",
    severity="warning",
    why="A mistyped key is absent from every request: positive operators never hold, negated ones always do.",
    fix="look it up among the global keys, or among those of the service",
    find=_find,
)
