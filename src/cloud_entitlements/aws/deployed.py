"""What the deployed roles are like: their template's version, the permissions they lack, whom they trust.

Read from the roles themselves, as the last snapshot holds them: the version from the tag, the permissions from the
policy, so that a role which was changed by hand shows too. Imports `permissions`, `template`, `collectors`.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from cloud_entitlements.aws.collectors import COLLECTORS
from cloud_entitlements.aws.permissions import Permission, action_of, of_role
from cloud_entitlements.aws.template import TEMPLATE_VERSION, VERSION_TAG

UNTAGGED = "unknown"
_REFUSED = re.compile(r"not authorized to perform: (\S+) .*no identity-based policy allows", re.DOTALL)


@dataclass(frozen=True, slots=True)
class DeployedRole:
    account_id: str
    version: str
    actions: frozenset[str]
    """In lower case."""
    trusts: tuple[str, ...]
    """Values of `aws:PrincipalArn` in its trust policy."""


@dataclass(frozen=True, slots=True)
class Missing:
    permission: Permission
    collectors: tuple[str, ...]
    """What waits for it."""
    accounts: int


@dataclass(frozen=True, slots=True)
class Deployment:
    found: Mapping[str, int]
    """How many roles have which version."""
    missing: tuple[Missing, ...]
    trusts: tuple[str, ...]

    @property
    def outdated(self) -> bool:
        return bool(self.missing) or any(version != TEMPLATE_VERSION for version in self.found)


def read_role(row: Mapping[str, Any], documents: Mapping[str, str]) -> DeployedRole:
    """`row` is of the table `roles`; `documents` are texts by SHA-256."""
    policies = [_parsed(documents.get(policy["document"], "")) for policy in row["inline"] or []]
    allowed = (
        action.lower()
        for document in policies
        for statement in _statements(document)
        if statement.get("Effect") == "Allow"
        for action in _listed(statement.get("Action", []))
    )
    version = dict(row["tags"] or {}).get(VERSION_TAG, UNTAGGED)
    trust = _parsed(documents.get(row["trust"] or "", ""))
    return DeployedRole(row["account_id"], version, frozenset(allowed), tuple(_principals(trust)))


def deployment(
    roles: Iterable[DeployedRole], management_account: str | None, refusals: Iterable[str] = ()
) -> Deployment:
    """`management_account` is None for a single account, whose role is like a member's.

    `refusals` are AWS's words to the management role. Where that role itself was not read, because its account lies
    outside the targets, they tell what it lacks.
    """
    found = list(roles)
    lacking: Counter[str] = Counter()
    for role in found:
        wanted = of_role("management" if role.account_id == management_account else "member")
        lacking.update(one.action for one in wanted if one.action.lower() not in role.actions)
    known = {one.action: one for kind in ("management", "member") for one in of_role(kind)}
    if all(role.account_id != management_account for role in found):
        lacking.update(
            {named[1] for words in refusals if (named := _REFUSED.search(words)) and named[1] in known}
        )
    return Deployment(
        found=dict(sorted(Counter(role.version for role in found).items())),
        missing=tuple(
            Missing(known[action], _waiting(action), count) for action, count in sorted(lacking.items())
        ),
        trusts=tuple(sorted({arn for role in found for arn in role.trusts})),
    )


def _waiting(action: str) -> tuple[str, ...]:
    needing = (c.name for c in COLLECTORS if action in {action_of(operation) for operation in c.operations})
    return tuple(needing) or ("states of accounts",)


def _principals(trust: Any) -> Iterable[str]:
    for statement in _statements(trust):
        for keys in (statement.get("Condition") or {}).values():
            for key, values in keys.items():
                if key.lower() == "aws:principalarn":
                    yield from _listed(values)


def _statements(document: Any) -> list[dict[str, Any]]:
    found = _listed(document.get("Statement", [])) if isinstance(document, dict) else []
    return [statement for statement in found if isinstance(statement, dict)]


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return {}
