"""`--organization FILE`: units, accounts and control policies, in a form that a person can write.

Documented in docs/how-to/import-files.md. A list of policies that is left out is unknown; an empty one says that
there are none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from cloud_entitlements.inventory.authorization_details import Row
from cloud_entitlements.inventory.documents import canonical
from cloud_entitlements.inventory.offline.problems import Malformed
from cloud_entitlements.inventory.offline.reading import Reader
from cloud_entitlements.inventory.offline.shapes import (
    Missing,
    Shape,
    Wrong,
    document,
    fields,
    flag,
    listed,
    matching,
    moment,
    text,
)

POLICY_TYPES = {
    "service_control_policies": "SERVICE_CONTROL_POLICY",
    "resource_control_policies": "RESOURCE_CONTROL_POLICY",
}
_ACCOUNT = matching(re.compile(r"[0-9]{12}").fullmatch, "an account id, 12 digits in quotes")
_ROOT = matching(re.compile(r"r-[0-9a-z]{4,32}").fullmatch, "a root id `r-…`")
_UNIT = matching(re.compile(r"ou-[0-9a-z]{4,32}-[0-9a-z]{8,32}").fullmatch, "a unit id `ou-…`")
_STATES = ("ACTIVE", "CLOSED", "PENDING_ACTIVATION", "PENDING_CLOSURE", "SUSPENDED")
_STATE = matching(_STATES.__contains__, f"one of {', '.join(_STATES)}")
_POLICY = fields(
    {"id": text, "document": document, "targets": listed(text)},
    {"name": text, "arn": text, "aws_managed": flag},
    closed=True,
)
_ONE: Mapping[str, Shape] = {
    "id": matching(re.compile(r"o-[a-z0-9]{10,32}").fullmatch, "an organization id `o-…`"),
    "arn": text,
    "management_account": _ACCOUNT,
    "feature_set": text,
    "root": fields({"id": _ROOT}, {"name": text}, closed=True),
}
_LISTS: Mapping[str, Shape] = {
    "units": fields({"id": _UNIT, "name": text, "parent": text}, {}, closed=True),
    "accounts": fields(
        {"id": _ACCOUNT, "parent": text},
        {"name": text, "arn": text, "state": _STATE, "joined_method": text, "joined_at": moment},
        closed=True,
    ),
    **dict.fromkeys(POLICY_TYPES, _POLICY),
}
_REQUIRED = ("id", "management_account", "root", "accounts")


@dataclass(slots=True)
class Organization:
    rows: list[Row] = field(default_factory=list)
    policies: list[Row] = field(default_factory=list)
    not_given: list[str] = field(default_factory=list)
    """Types of policies of which the file says nothing."""
    accounts: dict[str, str | None] = field(default_factory=dict)
    """Id → state."""


def read_organization(reader: Reader) -> Organization:
    """Raises Malformed."""
    found = _read(reader)
    try:
        return _organization(found)
    except Wrong as wrong:
        raise reader.refuse(str(wrong), 0, wrong.path) from wrong


def _read(reader: Reader) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name in reader.members():
        if name in _LISTS and reader.peek() == "[":
            found[name] = []
            for number in reader.items():
                found[name].append(_checked(reader, _LISTS[name], f"{name}[{number}]"))
        elif name in _ONE:
            found[name] = _checked(reader, _ONE[name], name)
        else:
            reader.value()
            known = ", ".join(f"`{one}`" for one in (*_ONE, *_LISTS))
            raise reader.refuse(
                "expected a list" if name in _LISTS else f"expected one of {known}", path=name
            )
    if reader.peek():
        reader.value()
        raise reader.refuse("something follows the end of the organization")
    return found


def _checked(reader: Reader, shape: Shape, path: str) -> Any:
    found = reader.value()
    try:
        shape(found, path)
    except Wrong as wrong:
        raise _refused(reader, wrong) from wrong
    return found


def _refused(reader: Reader, wrong: Wrong) -> Malformed:
    return reader.refuse(str(wrong), path=wrong.path)


def _organization(found: dict[str, Any]) -> Organization:
    for name in _REQUIRED:
        if name not in found:
            raise Missing(name)
    made, root = Organization(), found["root"]
    paths = _paths(found)
    made.rows.append(
        ("organization", {"id": found["id"], "arn": found.get("arn"), "feature_set": found.get("feature_set"),
                          "management_account_id": found["management_account"]})
    )  # fmt: skip
    made.rows.append(("units", _unit(root["id"], "root", None, paths)))
    made.rows += [("units", _unit(one["id"], "unit", one["parent"], paths)) for one in found.get("units", [])]
    made.rows += [("accounts", row) for row in _accounts(found["accounts"], paths)]
    made.accounts = {one["id"]: one.get("state") for one in found["accounts"]}
    for name, kind in POLICY_TYPES.items():
        status = "ENABLED" if name in found else "UNKNOWN"
        made.rows.append(("policy_types", {"root_id": root["id"], "type": kind, "status": status}))
    made.not_given = [name for name in POLICY_TYPES if name not in found]
    made.policies = list(_policies(found, paths, made.accounts))
    return made


_Paths = Mapping[str, tuple[str, str, str]]
"""Of the root and each unit: name, path of ids, path of names."""


def _paths(found: Mapping[str, Any]) -> _Paths:
    """Units may stand in any order; each must hang below the root in the end."""
    root = found["root"]
    name = root.get("name", "Root")
    paths = {root["id"]: (name, f"{found['id']}/{root['id']}/", name)}
    below: dict[str, list[tuple[int, Mapping[str, str]]]] = {}
    for number, unit in enumerate(found.get("units", [])):
        below.setdefault(unit["parent"], []).append((number, unit))
    waiting, placed = [root["id"]], set()
    while waiting:
        parent = waiting.pop()
        for number, unit in below.get(parent, []):
            if unit["id"] in paths:
                raise Wrong(f"units[{number}].id", "an id that stands once", unit["id"])
            _, path, names = paths[parent]
            paths[unit["id"]] = (unit["name"], f"{path}{unit['id']}/", f"{names} / {unit['name']}")
            placed.add(number)
            waiting.append(unit["id"])
    for number, unit in enumerate(found.get("units", [])):
        if number not in placed:
            raise Wrong(f"units[{number}].parent", "the root, or a unit that is below it", unit["parent"])
    return paths


def _unit(one: str, kind: str, parent: str | None, paths: _Paths) -> dict[str, object]:
    name, path, names = paths[one]
    return {"id": one, "name": name, "kind": kind, "parent_id": parent, "path": path, "name_path": names}


def _accounts(accounts: list[dict[str, Any]], paths: _Paths) -> Iterator[dict[str, object]]:
    seen: set[str] = set()
    for number, one in enumerate(accounts):
        if one["id"] in seen:
            raise Wrong(f"accounts[{number}].id", "an id that stands once", one["id"])
        if one["parent"] not in paths:
            raise Wrong(f"accounts[{number}].parent", "the root, or one of `units`", one["parent"])
        seen.add(one["id"])
        _, path, names = paths[one["parent"]]
        optional = {name: one.get(name) for name in ("arn", "state", "joined_method", "joined_at")}
        yield {"id": one["id"], "name": one.get("name", ""), "parent_id": one["parent"], "path": path,
               "name_path": names, **optional}  # fmt: skip


def _policies(found: Mapping[str, Any], paths: _Paths, accounts: Mapping[str, object]) -> Iterator[Row]:
    seen: set[str] = set()
    for name, kind in POLICY_TYPES.items():
        for number, one in enumerate(found.get(name, [])):
            if one["id"] in seen:
                raise Wrong(f"{name}[{number}].id", "an id that stands once", one["id"])
            seen.add(one["id"])
            content = canonical(one["document"])
            if content.malformed:
                raise Wrong(f"{name}[{number}].document", "a policy in JSON", one["document"])
            yield "documents", content.row()
            more = {
                "name": one.get("name"),
                "arn": one.get("arn"),
                "aws_managed": one.get("aws_managed", False),
            }
            yield "organization_policies", {"id": one["id"], "type": kind, "document": content.sha256, **more}
            for place, target in enumerate(one["targets"]):
                where = f"{name}[{number}].targets[{place}]"
                kind_of = _kind(target, where, paths, accounts)
                yield "organization_policy_targets", {
                    "policy_id": one["id"], "target_id": target, "target_type": kind_of,
                }  # fmt: skip


def _kind(target: str, where: str, paths: _Paths, accounts: Mapping[str, object]) -> str:
    if target in paths:
        return "ROOT" if target.startswith("r-") else "ORGANIZATIONAL_UNIT"
    if target not in accounts:
        raise Wrong(where, "the root, one of `units`, or one of `accounts`", target)
    return "ACCOUNT"
