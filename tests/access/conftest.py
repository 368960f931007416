"""A small organization as files, imported: the way in that needs neither AWS nor a database."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from cloud_entitlements.access import AccessIndex, Asker, open_index, read_organization
from cloud_entitlements.inventory import Snapshot, import_files
from cloud_entitlements.inventory.offline import Given

SHOP, TOOLS, MANAGEMENT = "222222222222", "333333333333", "111111111111"
Document = Mapping[str, Any]


def allow(action: Any, resource: Any = "*", **more: Any) -> dict[str, Any]:
    return {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": action, "Resource": resource, **more}],
    }


def deny(action: Any, **more: Any) -> dict[str, Any]:
    statement = {"Effect": "Deny", "Action": action, "Resource": "*", **more}
    return {"Version": "2012-10-17", "Statement": [statement]}


def trust(principal: Any, **condition: Any) -> dict[str, Any]:
    statement = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
    extra = {"Condition": condition} if condition else {}
    return {"Version": "2012-10-17", "Statement": [{**statement, **extra}]}


def role(name: str, *inline: Document, account: str = SHOP, **more: Any) -> dict[str, Any]:
    return {
        "Arn": f"arn:aws:iam::{account}:role/{name}",
        "RoleName": name,
        "Path": "/",
        "AssumeRolePolicyDocument": trust({"Service": "ec2.amazonaws.com"}),
        "RolePolicyList": [
            {"PolicyName": f"inline-{number}", "PolicyDocument": one} for number, one in enumerate(inline)
        ],
        **more,
    }


def user(name: str, *inline: Document, account: str = SHOP, **more: Any) -> dict[str, Any]:
    return {
        "Arn": f"arn:aws:iam::{account}:user/{name}",
        "UserName": name,
        "Path": "/",
        "UserPolicyList": [
            {"PolicyName": f"inline-{number}", "PolicyDocument": one} for number, one in enumerate(inline)
        ],
        **more,
    }


def policy(name: str, document: Document, account: str = SHOP) -> dict[str, Any]:
    return {
        "Arn": f"arn:aws:iam::{account}:policy/{name}",
        "PolicyName": name,
        "DefaultVersionId": "v1",
        "PolicyVersionList": [{"VersionId": "v1", "IsDefaultVersion": True, "Document": document}],
    }


def organization(scps: Sequence[Any] = (), rcps: Sequence[Any] = ()) -> dict[str, Any]:
    """A root, a unit with the shop and the tools; each control policy is (document, target)."""

    def listed(policies: Sequence[Any], prefix: str) -> list[dict[str, Any]]:
        return [
            {"id": f"p-{prefix}{number}", "document": document, "targets": [target]}
            for number, (document, target) in enumerate(policies)
        ]

    return {
        "id": "o-exampleorg",
        "management_account": MANAGEMENT,
        "root": {"id": "r-ab12"},
        "units": [{"id": "ou-ab12-11111111", "name": "Apps", "parent": "r-ab12"}],
        "accounts": [
            {"id": MANAGEMENT, "parent": "r-ab12"},
            {"id": SHOP, "parent": "ou-ab12-11111111"},
            {"id": TOOLS, "parent": "ou-ab12-11111111"},
        ],
        "service_control_policies": listed(scps, "scp"),
        "resource_control_policies": listed(rcps, "rcp"),
    }


Asking = Callable[..., Asker]
Indexing = Callable[..., AccessIndex]


@pytest.fixture
def asking(tmp_path: Path) -> Asking:
    """`asking(user("ada", …), role(…), organization=…, resources=…)`: each question by itself, without an index."""
    return lambda *entities, **more: Asker(read_organization(_imported(tmp_path, entities, **more)))


@pytest.fixture
def indexing(tmp_path: Path) -> Indexing:
    """The same, with an index."""
    return lambda *entities, **more: open_index(_imported(tmp_path, entities, **more), tmp_path / "cache")


def _imported(
    folder: Path,
    entities: Sequence[dict[str, Any]],
    organization: Any = None,
    resources: Any = None,
    *,
    standalone: bool = False,
) -> Snapshot:
    accounts: dict[str, dict[str, list[Any]]] = {}
    for entity in entities:
        lists = accounts.setdefault(
            entity["Arn"].split(":")[4],
            {"UserDetailList": [], "GroupDetailList": [], "RoleDetailList": [], "Policies": []},
        )
        lists[_LISTS[entity["Arn"].split(":")[5].partition("/")[0]]].append(entity)
    files = [_written(folder / f"{account}.json", lists) for account, lists in accounts.items()]
    given = Given(
        "made",
        tuple(files),
        None,
        _written(folder / "organization", organization) if organization else None,
        _written(folder / "resources", resources) if resources else None,
        standalone,
    )
    done = import_files(given, folder / "snapshots")
    assert not done.problems, done.problems
    return done.snapshot


_LISTS = {
    "user": "UserDetailList",
    "group": "GroupDetailList",
    "role": "RoleDetailList",
    "policy": "Policies",
}


def _written(path: Path, content: Any) -> Path:
    path.write_text(json.dumps(content))
    return path
