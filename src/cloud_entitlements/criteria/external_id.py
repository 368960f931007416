"""Does a trust policy ask for an external id: a secret between two, without which nobody assumes the role?"""

from __future__ import annotations

from cloud_entitlements.criteria.who import is_open
from cloud_entitlements.policy.document import Condition, Statement


def asks_external_id(statement: Statement) -> bool:
    return any(_asks(one) for one in statement.conditions)


def _asks(condition: Condition) -> bool:
    """One in full: whoever may leave it out, or give another, is not asked (COND-02)."""
    operator = condition.operator
    family = operator.family
    return (
        condition.key.lower() == "sts:externalid"
        and family is not None
        and family.name.startswith("String")
        and not (operator.negated or operator.if_exists or operator.prefix == "ForAllValues")
        and bool(condition.values)
        and not any(is_open(one) for one in condition.values)
    )
