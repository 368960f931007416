"""Where the policies of a decision stand: their names, their documents, and the levels that control policies hang at.

A place is what the engine calls a policy: `identity[0]`, `scp[1][0]`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from cloud_entitlements.access import AccessIndex, Answered
from cloud_entitlements.access.control import ControlType
from cloud_entitlements.access.organization import Identity, Organization
from cloud_entitlements.inventory import Snapshot
from cloud_entitlements.policy import UNREAD
from cloud_entitlements.policy.layers import BOUNDARY, IDENTITY, RCP, RESOURCE, SCP

_PLACE = re.compile(r"(\w+)\[(\d+)\](?:\[(\d+)\])?")
_TYPES: Mapping[str, ControlType] = {SCP: "SERVICE_CONTROL_POLICY", RCP: "RESOURCE_CONTROL_POLICY"}
_KINDS = {"r-": "root", "ou": "unit"}


@dataclass(frozen=True, slots=True)
class Stored:
    """A policy as a person finds it."""

    words: str
    sha256: str | None
    """None: it has no document of its own in the snapshot."""


@dataclass(frozen=True, slots=True)
class Node:
    """A level that control policies are attached at."""

    id: str
    name: str
    kind: str
    """`root`, `unit`, `account`."""
    policies: tuple[Stored, ...]
    unread: bool
    """One of its policies could not be read."""


class Places:
    """Of one answer; looked up when they are asked for."""

    def __init__(self, index: AccessIndex, snapshot: Snapshot, answered: Answered) -> None:
        self._organization: Organization = index.organization
        self._snapshot, self._answered = snapshot, answered
        self._request = answered.decision.request

    def look_up(self, place: str) -> Stored:
        found = _PLACE.fullmatch(place)
        words = self._answered.sources.get(place, "")
        if found is None:
            return Stored(words or place, None)
        layer, first, second = found[1], int(found[2]), found[3]
        if layer in _TYPES and second is not None:
            levels = self.levels(layer)
            policies = levels[first].policies if first < len(levels) else ()
            return policies[int(second)] if int(second) < len(policies) else Stored(words or place, None)
        return Stored(words or place, self._document(layer, first))

    def text(self, stored: Stored) -> str | None:
        return self._organization.text(stored.sha256) if stored.sha256 else None

    def held(self, layer: str) -> tuple[str, ...]:
        """What is there: the principal's own policies, those of its groups among them; its boundary; the resource's."""
        if layer == IDENTITY:
            return tuple(one.words for one in self.identity.policies) if self.identity else ()
        stored = self.look_up(f"{layer}[0]") if layer in (BOUNDARY, RESOURCE) else None
        return (stored.words,) if stored and stored.sha256 else ()

    def levels(self, layer: str) -> tuple[Node, ...]:
        """From the root down; empty where the account's place is not known."""
        account = self._request.principal.account if layer == SCP else self._request.owner
        if not account or account not in self._organization.accounts:
            return ()
        return tuple(self._node(layer, node) for node in self._organization.nodes(account))

    @cached_property
    def identity(self) -> Identity | None:
        """A session's is its role, whose path the session's ARN does not have."""
        caller, identities = self._request.principal, self._organization.identities
        if caller.type != "session":
            return identities.get(caller.arn)
        rows = self._snapshot.rows("roles", account_id=caller.account, name=caller.name)
        role = next(rows, None)
        return identities.get(role["arn"]) if role else None

    def _document(self, layer: str, number: int) -> str | None:
        identity, organization = self.identity, self._organization
        if layer == IDENTITY and identity and number < len(identity.policies):
            return identity.policies[number].document
        if layer == BOUNDARY and identity and identity.boundary:
            return organization.managed.get(identity.boundary)
        return self._of_resource() if layer == RESOURCE else None

    def _of_resource(self) -> str | None:
        resource, organization = self._request.resource, self._organization
        role = organization.identities.get(resource)
        if role is not None and role.type == "role":
            return role.trust
        head, colons, rest = resource.partition(":::")
        holder = f"{head}{colons}{rest.partition('/')[0]}" if colons else resource
        known = organization.resource_policies.get(resource) or organization.resource_policies.get(holder)
        return known.document if known else None

    def _node(self, layer: str, node: str) -> Node:
        hashes = self._organization.control_policies.get((_TYPES[layer], node), ())
        account = self._organization.accounts.get(node)
        name = account["name"] if account else self._unit_names.get(node, "")
        stored = tuple(Stored(self._policy_names.get((node, one), "a policy"), one) for one in hashes)
        unread = UNREAD in self._organization.policies(hashes)
        return Node(node, name or "", _KINDS.get(node[:2], "account"), stored, unread)

    @cached_property
    def _unit_names(self) -> dict[str, str]:
        return {row["id"]: row["name"] or "" for row in self._snapshot.rows("units")}

    @cached_property
    def _policy_names(self) -> dict[tuple[str, str], str]:
        """By where it is attached, and its document."""
        rows = {row["id"]: row for row in self._snapshot.rows("organization_policies")}
        return {
            (row["target_id"], rows[row["policy_id"]]["document"]): rows[row["policy_id"]]["name"]
            or row["policy_id"]
            for row in self._snapshot.rows("organization_policy_targets")
            if row["policy_id"] in rows
        }
