"""A plain order of the identities of an account, the most privileged first: whom to ask about before the others.

It looks at what the policies say and at nothing that limits them: good enough to decide who comes first, and no
answer to what anybody can do. Imports `collecting`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from cloud_entitlements.aws.collecting import Row

EVERYTHING, ALMOST, SOMETHING, NOTHING, OF_AWS = range(5)
"""Ranks: every action; changes in IAM, or all but some; less; no policy at all; a role that an AWS service made for itself."""
TABLES = ("users", "groups", "roles", "managed_policies", "documents")
_BY_NAME = {"AdministratorAccess": EVERYTHING, "PowerUserAccess": ALMOST, "IAMFullAccess": ALMOST}
"""For where the documents are not known."""
_OF_SERVICES = "/aws-service-role/"
_READS_OF_IAM = ("iam:get", "iam:list", "iam:generate", "iam:simulate")


@dataclass(frozen=True, slots=True)
class Identity:
    rank: int
    id: str
    """AWS's unique id: one that is made later under the same name has another."""


@dataclass(slots=True)
class _Read:
    entities: list[tuple[str, Mapping[str, Any]]] = field(default_factory=list)
    documents: dict[str, int] = field(default_factory=dict)
    """Ranks of those that grant much, by SHA-256."""
    policies: dict[str, int] = field(default_factory=dict)
    """Ranks of managed ones that grant much, by ARN."""


def ranked(rows: Iterable[Row]) -> dict[str, Identity]:
    """Users, groups and roles by ARN, from rows of `TABLES` in any order; of AWS's shape, or of a snapshot's."""
    read = _Read()
    managed: list[Mapping[str, Any]] = []
    for table, row in rows:
        if table == "documents":
            rank = _rank(str(row["text"]))
            read.documents |= {str(row["sha256"]): rank} if rank < SOMETHING else {}
        elif table == "managed_policies":
            managed.append(row)
        else:
            read.entities.append((table, row))
    read.policies = {row["arn"]: read.documents.get(row["document"], SOMETHING) for row in managed}
    groups = {row["name"]: _own(row, read) for table, row in read.entities if table == "groups"}
    return {row["arn"]: Identity(_of(row, read, groups), row.get("id") or "") for _, row in read.entities}


def _of(row: Mapping[str, Any], read: _Read, groups: Mapping[str, int]) -> int:
    if (row.get("path") or "").startswith(_OF_SERVICES):
        return OF_AWS
    through = (groups.get(name, NOTHING) for name in row.get("groups") or [])
    return min([_own(row, read), *through])


def _own(row: Mapping[str, Any], read: _Read) -> int:
    attached = (_attached(arn, read) for arn in row.get("attached") or [])
    inline = (read.documents.get(policy["document"], SOMETHING) for policy in row.get("inline") or [])
    return min([NOTHING, *attached, *inline])


def _attached(arn: str, read: _Read) -> int:
    by_name = _BY_NAME.get(arn.rpartition("/")[2], SOMETHING) if ":aws:policy/" in arn else SOMETHING
    return min(by_name, read.policies.get(arn, SOMETHING))


def _rank(text: str) -> int:
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return SOMETHING
    found = _listed(document.get("Statement")) if isinstance(document, dict) else []
    return min([SOMETHING, *(_of_statement(one) for one in found if isinstance(one, dict))])


def _of_statement(statement: Mapping[str, Any]) -> int:
    if statement.get("Effect") != "Allow":
        return SOMETHING
    actions = {str(action).lower() for action in _listed(statement.get("Action"))}
    if actions & {"*", "*:*"}:
        return EVERYTHING
    changes = any(one.startswith("iam:") and not one.startswith(_READS_OF_IAM) for one in actions)
    return ALMOST if changes or "NotAction" in statement else SOMETHING


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]
