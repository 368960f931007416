"""The organization, its tree of units, its accounts. Walked from the root down.

`ListParents` per account fails from about 200 accounts on, so each unit is asked for its children instead.
E-mail addresses are not let through.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from cloud_entitlements.aws.collecting import Collector, Row, Scope
from cloud_entitlements.aws.collectors.pace import ORGANIZATIONS, paced
from cloud_entitlements.aws.sessions import AwsSession
from cloud_entitlements.inventory.moments import moment


def collect(session: AwsSession, _scope: Scope) -> Iterator[Row]:
    ask = paced(session.client("organizations"), ORGANIZATIONS, session.pause)
    organization = ask.one("describe_organization")["Organization"]
    yield "organization", _organization(organization)
    for root in ask.all("list_roots", "Roots"):
        yield from _types(root)
        yield from _below(ask, root, "root", f"{organization['Id']}/", root["Name"])


def _below(
    ask: Any, node: dict[str, Any], kind: str, above: str, names: str, parent_id: str = ""
) -> Iterator[Row]:
    """One root or unit, its accounts, then the units below it."""
    path = f"{above}{node['Id']}/"
    yield "units", _unit(node, kind, parent_id, path, names)
    for account in ask.all("list_accounts_for_parent", "Accounts", ParentId=node["Id"]):
        yield "accounts", _account(account, node["Id"], path, names)
    for unit in ask.all("list_organizational_units_for_parent", "OrganizationalUnits", ParentId=node["Id"]):
        yield from _below(ask, unit, "unit", path, f"{names} / {unit['Name']}", node["Id"])


def _organization(found: dict[str, Any]) -> dict[str, object]:
    return {
        "id": found["Id"],
        "arn": found["Arn"],
        "management_account_id": found["MasterAccountId"],
        "feature_set": found.get("FeatureSet"),
    }


def _types(root: dict[str, Any]) -> Iterator[Row]:
    for policy_type in root.get("PolicyTypes", []):
        yield (
            "policy_types",
            {"root_id": root["Id"], "type": policy_type["Type"], "status": policy_type["Status"]},
        )


def _unit(node: dict[str, Any], kind: str, parent_id: str, path: str, names: str) -> dict[str, object]:
    own = {"id": node["Id"], "name": node["Name"], "kind": kind}
    return {**own, "parent_id": parent_id or None, "path": path, "name_path": names}


def _account(found: dict[str, Any], parent_id: str, path: str, names: str) -> dict[str, object]:
    return {
        "id": found["Id"],
        "name": found.get("Name", ""),
        "arn": found.get("Arn"),
        "state": found.get("State") or found.get("Status"),  # `State` is the successor of `Status`
        "parent_id": parent_id,
        "path": path,
        "name_path": names,
        "joined_method": found.get("JoinedMethod"),
        "joined_at": moment(found.get("JoinedTimestamp")),
    }


COLLECTOR = Collector(
    name="organization",
    level="organization",
    cadence=timedelta(0),
    tables=("organization", "units", "policy_types", "accounts"),
    operations=(
        "organizations:DescribeOrganization",
        "organizations:ListRoots",
        "organizations:ListOrganizationalUnitsForParent",
        "organizations:ListAccountsForParent",
    ),
    collect=collect,
)
