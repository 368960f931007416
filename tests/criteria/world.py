"""Cases of criteria, each in an account of its own, published as one snapshot: what the judges see is what was collected.

A file under tests/cases/criteria is a criterion's. A case gives what is in its account; what it does not give was read and
is empty, but for parts that it names under `missing`, which could not be read, `stale`, which could not be read again, and
`partial`, of which something is missing beside what is given.

Under `organization` a case says how the organization around it is: `read: false`, parts that are `missing`, types of control
policies that are `switched_off`, `root_features`, accounts of others that are `known`.
"""

from __future__ import annotations

import itertools
import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from cloud_entitlements.access import open_index
from cloud_entitlements.criteria import Assessed, Settings, analyse
from cloud_entitlements.inventory import Coverage, Gap, Publication, Snapshot, Staging, canonical, publish
from cloud_entitlements.inventory.authorization_details import NORMALIZE
from cloud_entitlements.inventory.layers import OF_ACCOUNT, OF_ORGANIZATION

FOLDER = Path(__file__).parents[1] / "cases" / "criteria"
NOW = datetime(2026, 11, 25, tzinfo=UTC)
MANAGEMENT, MEMBER, ORGANIZATION_ID, ROOT = "999999999999", "888888888888", "o-cases00001", "r-case"
PARTS = tuple(part for part in OF_ACCOUNT if part != "resource_policies")
Row = tuple[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Case:
    criterion: str
    name: str
    account_id: str
    given: Mapping[str, Any]

    @property
    def world(self) -> str:
        """Cases that give the same organization share a snapshot; one of a management account has its own."""
        managing = {"management": self.account_id} if self.given.get("is_management") else {}
        return json.dumps({**self.given.get("organization", {}), **managing}, sort_keys=True)

    @property
    def arn(self) -> str:
        """`identity: user/ada` in the case's own account."""
        return self.filled(f"arn:{self.partition}:iam::ACCOUNT:{self.given['identity']}")

    @property
    def partition(self) -> str:
        return str(self.given.get("partition", "aws"))

    @property
    def account(self) -> Mapping[str, Any]:
        found: Mapping[str, Any] = json.loads(
            self.filled(json.dumps(self.given.get("account", {}), default=str))
        )
        return found

    def filled(self, text: str) -> str:
        """ACCOUNT is the case's own, MANAGEMENT the organization's management account, MEMBER another account of it,
        ORGANIZATION its id.
        """
        names = {
            "ACCOUNT": self.account_id,
            "MANAGEMENT": MANAGEMENT,
            "MEMBER": MEMBER,
            "ORGANIZATION": ORGANIZATION_ID,
        }
        for name, value in names.items():
            text = text.replace(name, value)
        return text


@lru_cache(8)
def cases(folder: Path = FOLDER) -> tuple[Case, ...]:
    numbers = itertools.count(100000000001)
    return tuple(
        Case(path.stem, one["name"], str(next(numbers)), one)
        for path in sorted(folder.glob("*.yaml"))
        for one in yaml.safe_load(path.read_text(encoding="utf-8"))
    )


def worlds(folder: Path = FOLDER) -> dict[str, list[Case]]:
    found: dict[str, list[Case]] = defaultdict(list)
    for one in cases(folder):
        found[one.world].append(one)
    return dict(found)


def snapshot_of(world: str, those: list[Case], folder: Path) -> Snapshot:
    """Of all `those` cases. What is stale was read a day before."""
    organization = json.loads(world)
    earlier = Staging(folder / "earlier", durable=False)
    for case in those:
        for part in case.given.get("stale", []):
            _stage_part(earlier, case, part, NOW - timedelta(days=1))
    publish(earlier, folder / "snapshots", _publication("b", NOW - timedelta(days=1), len(those)))
    staging = Staging(folder / "staging", durable=False)
    _stage_organization(staging, organization, those)
    for case in those:
        for part in PARTS:
            if part in (*case.given.get("missing", []), *case.given.get("stale", [])):
                staging.gap(case.account_id, part, Gap(OF_ACCOUNT[part], "denied", "not authorized"), NOW)
            else:
                _stage_part(staging, case, part, NOW)
            if part in case.given.get("partial", []):
                staging.note(case.account_id, part, Gap(OF_ACCOUNT[part], "throttled", "slow down"), NOW)
    return publish(staging, folder / "snapshots", _publication("c", NOW, len(those)))


def assessed(
    account: Mapping[str, Any], folder: Path, settings: Settings | None = None
) -> dict[str, Assessed]:
    """Everybody in one account, by what follows the account in the ARN: `role/boss`."""
    case = Case("made", "made", "100000000001", {"account": account})
    snapshot = snapshot_of(case.world, [case], folder)
    index = open_index(snapshot, folder / "cache")
    try:
        found = list(analyse(snapshot, index, settings or Settings(), NOW))
    finally:
        index.close()
    return {one.subject.arn.split(":", 5)[-1]: one for one in found}


def _publication(run: str, now: datetime, accounts: int) -> Publication:
    return Publication("cases", run * 32, Coverage(accounts, accounts), now, name="Cases")


def known_in(world: str) -> frozenset[str]:
    return frozenset(json.loads(world).get("known", []))


def _stage_organization(staging: Staging, given: Mapping[str, Any], those: list[Case]) -> None:
    rows = {
        "organization": lambda: _organization(given, those),
        "organization_policies": lambda: _control_policies(those),
        "root_access": lambda: _root_features(given),
    }
    for part, call in OF_ORGANIZATION.items():
        if part in rows and given.get("read", True) and part not in given.get("missing", []):
            staging.save("organization", part, rows[part](), NOW)
        else:
            staging.gap("organization", part, Gap(call, "denied", "not authorized"), NOW)


def _organization(given: Mapping[str, Any], those: list[Case]) -> Iterator[Row]:
    manager = given.get("management", MANAGEMENT)
    yield "organization", {"id": ORGANIZATION_ID, "management_account_id": manager, "feature_set": "ALL"}
    yield "units", {"id": ROOT, "kind": "root", "name": "Root", "path": f"{ORGANIZATION_ID}/{ROOT}/"}
    for kind in ("SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY"):
        status = "DISABLED" if kind in given.get("switched_off", []) else "ENABLED"
        yield "policy_types", {"root_id": ROOT, "type": kind, "status": status}
    for account_id in (MANAGEMENT, MEMBER, *(one.account_id for one in those)):
        path = f"{ORGANIZATION_ID}/{ROOT}/{account_id}/"
        yield "accounts", {"id": account_id, "name": f"account-{account_id}", "state": "ACTIVE", "path": path}


_FULL = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}


_KINDS = {
    "service_control_policies": "SERVICE_CONTROL_POLICY",
    "resource_control_policies": "RESOURCE_CONTROL_POLICY",
}


def _control_policies(those: list[Case]) -> Iterator[Row]:
    """`FullAWSAccess` everywhere, and what a case gives under `service_control_policies` and
    `resource_control_policies`, by name, at its account. Null: what it says was not read.
    """
    targets = [ROOT, *(one.account_id for one in those)]
    yield from _control_policy("p-full", "FullAWSAccess", _FULL, targets, "SERVICE_CONTROL_POLICY")
    for case in those:
        for key, kind in _KINDS.items():
            for name, document in case.account.get(key, {}).items():
                yield from _control_policy(
                    f"p-{case.account_id}{name}", name, document, [case.account_id], kind
                )


def _control_policy(
    id_: str, name: str, document: dict[str, Any] | None, targets: list[str], kind: str
) -> Iterator[Row]:
    stored = canonical({"not": "read"} if document is None else document)
    if document is not None:
        yield "documents", stored.row()
    yield "organization_policies", {"id": id_, "type": kind, "name": name, "document": stored.sha256}
    for target in targets:
        yield "organization_policy_targets", {"policy_id": id_, "target_id": target}


def _root_features(given: Mapping[str, Any]) -> Iterator[Row]:
    for name in given.get("root_features", []):
        yield "root_access_features", {"name": name}


def _stage_part(staging: Staging, case: Case, part: str, at: datetime) -> None:
    staging.save(case.account_id, part, _ROWS[part](case, case.account), at)


def _authorization_details(case: Case, given: Mapping[str, Any]) -> Iterator[Row]:
    for key, kind, one_of in (
        ("users", "User", "UserDetailList"),
        ("groups", "Group", "GroupDetailList"),
        ("roles", "Role", "RoleDetailList"),
    ):
        for one in given.get(key, []):
            yield from NORMALIZE[one_of](_entity(case, kind, one))
    for name, document in {**_AWS_MANAGED, **given.get("policies", {})}.items():
        aws = name in _AWS_MANAGED
        arn = f"arn:aws:iam::{'aws' if aws else case.account_id}:policy/{name}"
        versions = [{"VersionId": "v1", "Document": document, "IsDefaultVersion": True}]
        details = {"Arn": arn, "PolicyName": name, "DefaultVersionId": "v1", "PolicyVersionList": versions}
        if document is not None:
            yield from NORMALIZE["Policies"](details)


_AWS_MANAGED: Mapping[str, Any] = {
    "AdministratorAccess": _FULL,
    "ReadOnlyBuckets": {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": ["s3:Get*", "s3:List*"], "Resource": "*"}],
    },
}


def _entity(case: Case, kind: str, given: Mapping[str, Any]) -> dict[str, Any]:
    name, path = given["name"], given.get("path", "/")
    boundary = (
        {"PermissionsBoundaryArn": _policy_arn(case, given["boundary"])} if "boundary" in given else None
    )
    return {
        "Arn": f"arn:aws:iam::{case.account_id}:{kind.lower()}{path}{name}",
        f"{kind}Name": name,
        f"{kind}Id": f"ID{name}",
        "Path": path,
        "CreateDate": str(given.get("created", "2025-01-01T00:00:00+00:00")),
        "AttachedManagedPolicies": [
            {"PolicyArn": _policy_arn(case, one)} for one in given.get("attached", [])
        ],
        f"{kind}PolicyList": [
            {"PolicyName": one, "PolicyDocument": document}
            for one, document in given.get("inline", {}).items()
        ],
        "GroupList": given.get("groups", []),
        "PermissionsBoundary": boundary,
        "Tags": [{"Key": key, "Value": value} for key, value in given.get("tags", {}).items()],
        "AssumeRolePolicyDocument": given.get("trust", _trust_of({"Service": "ec2.amazonaws.com"})),
        "RoleLastUsed": {"LastUsedDate": str(given["used"])} if "used" in given else {},
    }


def _trust_of(principal: Mapping[str, str]) -> dict[str, Any]:
    statement = {"Effect": "Allow", "Principal": dict(principal), "Action": "sts:AssumeRole"}
    return {"Version": "2012-10-17", "Statement": [statement]}


def _policy_arn(case: Case, name: str) -> str:
    owner = "aws" if name in _AWS_MANAGED else case.account_id
    return name if name.startswith("arn:") else f"arn:aws:iam::{owner}:policy/{name}"


def _account_summary(_case: Case, given: Mapping[str, Any]) -> Iterator[Row]:
    for name, value in given.get("summary", {}).items():
        yield "account_summary", {"name": name, "value": value}


def _password_policy(_case: Case, given: Mapping[str, Any]) -> Iterator[Row]:
    """Absent, unless it is given; `{}` is one that asks for nothing."""
    settings = given.get("password_policy")
    strings = {name: str(value) for name, value in (settings or {}).items()}
    yield "password_policy", {"present": settings is not None, "settings": strings}


_COLUMNS = {
    "user_creation_time": "2025-01-01T00:00:00+00:00", "password_enabled": "false", "password_last_used": "N/A",
    "password_last_changed": "N/A", "mfa_active": "false", "access_key_1_active": "false", "access_key_2_active": "false",
    "access_key_1_last_rotated": "N/A", "access_key_2_last_rotated": "N/A", "access_key_1_last_used_date": "N/A",
    "access_key_2_last_used_date": "N/A",
}  # fmt: skip


def _credential_report(case: Case, given: Mapping[str, Any]) -> Iterator[Row]:
    """A line for root and each user; `report` says what differs in it, and null that the user has none yet."""
    lines = given.get("report", {})
    names = ["<root_account>", *(one["name"] for one in given.get("users", []))]
    paths = {one["name"]: one.get("path", "/") for one in given.get("users", [])}
    for name in names:
        columns = lines.get("root" if name == "<root_account>" else name, {})
        if columns is not None:
            root = name == "<root_account>"
            own = "root" if root else f"user{paths[name]}{name}"
            arn = f"arn:{case.partition}:iam::{case.account_id}:{own}"
            texts = {key: str(value) for key, value in {**_COLUMNS, **columns}.items()}
            yield (
                "credential_report",
                {"arn": arn, "user": name, "generated_at": NOW.isoformat(), "columns": texts},
            )


def _mfa_devices(case: Case, given: Mapping[str, Any]) -> Iterator[Row]:
    for name in given.get("mfa", []):
        serial = f"arn:aws:iam::{case.account_id}:mfa/{name}"
        owner = f"arn:aws:iam::{case.account_id}:{'root' if name == 'root' else f'user/{name}'}"
        yield (
            "mfa_devices",
            {"serial_number": serial, "user_arn": owner, "user_name": name, "kind": "virtual"},
        )


def _access_keys(case: Case, given: Mapping[str, Any]) -> Iterator[Row]:
    """`{user, id, created, used, service, active}`; `used` absent: never."""
    for one in given.get("keys", []):
        yield (
            "access_keys",
            {
                "id": one["id"],
                "user_arn": f"arn:aws:iam::{case.account_id}:user/{one['user']}",
                "user_name": one["user"],
                "status": "Active" if one.get("active", True) else "Inactive",
                "created_at": str(one["created"]) if one["created"] else None,
                "last_used_at": one.get("used"),
                "last_used_service": one.get("service"),
            },
        )


def _last_accessed(case: Case, given: Mapping[str, Any]) -> Iterator[Row]:
    """`{identity: user/ada, asked, services: {s3: moment or null}, actions: {"s3:CreateBucket": moment or null}}`"""
    for one in given.get("last_accessed", []):
        services, tracked = one.get("services", {}), one.get("actions", {})
        yield (
            "last_accessed",
            {
                "arn": f"arn:aws:iam::{case.account_id}:{one['identity']}",
                "asked_at": str(one.get("asked", NOW.isoformat())),
                "granularity": "ACTION_LEVEL",
                "services": [{"service": name, "at": at} for name, at in services.items() if at],
                "tracked": list(services),
                "actions": [{"action": name, "at": at} for name, at in tracked.items() if at],
                "tracked_actions": list(tracked),
            },
        )


def _oidc_providers(case: Case, given: Mapping[str, Any]) -> Iterator[Row]:
    for url in given.get("oidc", []):
        arn = f"arn:aws:iam::{case.account_id}:oidc-provider/{url}"
        yield (
            "oidc_providers",
            {"arn": arn, "url": url, "client_ids": ["sts.amazonaws.com"], "thumbprints": []},
        )


def _saml_providers(case: Case, given: Mapping[str, Any]) -> Iterator[Row]:
    for name in given.get("saml", []):
        yield "saml_providers", {"arn": f"arn:aws:iam::{case.account_id}:saml-provider/{name}"}


_ROWS = {
    "authorization_details": _authorization_details,
    "account_summary": _account_summary,
    "password_policy": _password_policy,
    "credential_report": _credential_report,
    "mfa_devices": _mfa_devices,
    "access_keys": _access_keys,
    "last_accessed": _last_accessed,
    "oidc_providers": _oidc_providers,
    "saml_providers": _saml_providers,
}
