"""Files of a small organization, imported: what questions in these tests are asked of."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from cloud_entitlements.inventory import Snapshot, default_snapshot, import_files
from cloud_entitlements.inventory.offline import Given

MANAGEMENT, SHOP, TOOLS = "111111111111", "222222222222", "333333333333"
ADA = f"arn:aws:iam::{SHOP}:user/ada"
DEPLOY = f"arn:aws:iam::{SHOP}:role/deploy"
HOSTILE = "<img/src=x>"
FORMULA = f"arn:aws:iam::{SHOP}:role/=1+1"
BUCKET = "arn:aws:s3:::invoices"
_UNIT = "ou-ab12-11111111"
_NONE: Mapping[str, Any] = {"UserDetailList": [], "GroupDetailList": [], "RoleDetailList": [], "Policies": []}


def statement(effect: str, action: Any, resource: Any = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": effect, "Action": action, "Resource": resource, **more}


def policy(*statements: Mapping[str, Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


MFA = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
REGION = {"StringNotEqualsIfExists": {"aws:RequestedRegion": ["eu-west-1"]}}
EVERYTHING = policy(statement("Allow", "*"))


def identity(
    kind: str, name: str, *policies: Mapping[str, Any], account: str = SHOP, **more: Any
) -> dict[str, Any]:
    """`kind`: User or Role."""
    inline = [{"PolicyName": f"inline-{n}", "PolicyDocument": one} for n, one in enumerate(policies)]
    trust = policy(
        {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{TOOLS}:root"}, "Action": "sts:AssumeRole"}
    )
    return {
        "Arn": f"arn:aws:iam::{account}:{kind.lower()}/{name}",
        f"{kind}Name": name,
        "Path": "/",
        f"{kind}PolicyList": inline,
        **({"AssumeRolePolicyDocument": trust} if kind == "Role" else {}),
        **more,
    }


def people() -> dict[str, dict[str, list[Any]]]:
    """By account: what `aws iam get-account-authorization-details` prints."""
    edge = f"arn:aws:iam::{SHOP}:policy/edge"
    bad = policy(
        statement(
            "Allow", "s3:ListAllMyBuckets", Sid="Fine", Condition={"StringLike": {"aws:UserAgent": HOSTILE}}
        )
    )
    return {
        SHOP: {
            "UserDetailList": [
                identity(
                    "User",
                    "ada",
                    policy(statement("Allow", "iam:List*"), statement("Allow", "sqs:*", Condition=MFA)),
                ),
                identity("User", "grace", policy(statement("Allow", "iam:ListRoles", Condition=MFA))),
                {
                    **identity("User", "mallory"),
                    "Arn": f"arn:aws:iam::{SHOP}:user/{HOSTILE}/mallory",
                    "Path": f"/{HOSTILE}/",
                    "UserPolicyList": [{"PolicyName": HOSTILE, "PolicyDocument": bad}],
                },
            ],
            "RoleDetailList": [
                identity("Role", "deploy", policy(statement("Allow", "iam:*"))),
                identity("Role", "=1+1", policy(statement("Allow", "iam:ListRoles"))),
                identity("Role", "bounded", EVERYTHING, PermissionsBoundary={"PermissionsBoundaryArn": edge}),
            ],
            "Policies": [
                {
                    "Arn": edge,
                    "PolicyName": "edge",
                    "DefaultVersionId": "v1",
                    "PolicyVersionList": [
                        {
                            "VersionId": "v1",
                            "IsDefaultVersion": True,
                            "Document": policy(statement("Allow", "logs:*")),
                        }
                    ],
                }
            ],
        },
        TOOLS: {
            "RoleDetailList": [
                identity("Role", f"worker-{n:03}", policy(statement("Allow", "sns:Publish")), account=TOOLS)
                for n in range(130)
            ]
        },
    }


def organization() -> dict[str, Any]:
    """Everything is allowed at each level, users can't be made below the unit, and the region is Ireland."""
    full = dict.fromkeys(("r-ab12", _UNIT, MANAGEMENT, SHOP, TOOLS), EVERYTHING)
    scps = [
        {"id": f"p-full{n}", "name": "FullAWSAccess", "document": one, "targets": [node]}
        for n, (node, one) in enumerate(full.items())
    ]
    no_users = policy(statement("Deny", "iam:CreateUser", Sid="NoUsers"))
    return {
        "id": "o-exampleorg",
        "management_account": MANAGEMENT,
        "root": {"id": "r-ab12"},
        "units": [{"id": _UNIT, "name": "Apps", "parent": "r-ab12"}],
        "accounts": [
            {"id": MANAGEMENT, "parent": "r-ab12"},
            {"id": SHOP, "name": "shop", "parent": _UNIT},
            {"id": TOOLS, "name": "tools", "parent": _UNIT},
        ],
        "service_control_policies": [
            *scps,
            {"id": "p-nousers", "name": "NoNewUsers", "document": no_users, "targets": [_UNIT]},
        ],
        "resource_control_policies": [],
    }


def restored(made: Path, snapshots: Path) -> Snapshot:
    """A copy of the folder that an import made, which is quicker than to import again."""
    shutil.copytree(made, snapshots, dirs_exist_ok=True)
    found = default_snapshot(snapshots)
    assert found is not None
    return found


def imported(snapshots: Path, name: str = "audit", *, standalone: bool = False) -> Snapshot:
    with TemporaryDirectory() as folder:
        files = [
            _written(Path(folder) / f"{account}.json", {**_NONE, **lists})
            for account, lists in people().items()
        ]
        around = None if standalone else _written(Path(folder) / "organization", organization())
        found = import_files(Given(name, tuple(files), None, around, None, standalone), snapshots)
    assert not found.problems, found.problems
    return found.snapshot


def _written(path: Path, content: Any) -> Path:
    path.write_text(json.dumps(content))
    return path
