"""Identities of every type in three accounts, one of which was read in part: what pages of one identity are tested on."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.models import Model

from cloud_entitlements.inventory import Gap, Snapshot, Staging, publish
from cloud_entitlements.inventory.layers import OF_ACCOUNT
from cloud_entitlements.server.identities.models import Analysis, Identity
from cloud_entitlements.server.recommendations.analysing import bring_up
from cloud_entitlements.server.recommendations.models import Moment, Recommendation
from tests.criteria import world
from tests.criteria.world import NOW, Case

CONNECTION = "cases"
SHOP, HALF = "100000000001", "100000000002"
HOSTILE = "<img-src=x-onerror=alert(1)>"
RESERVED = "/aws-reserved/sso.amazonaws.com/eu-central-1/"
SET = "AWSReservedSSO_Power_0f1e2d3c4b5a6978"
_SETS = "arn:aws:sso:::permissionSet/ssoins-1234567890abcdef"


def statement(effect: str, action: Any, resource: Any = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": effect, "Action": action, "Resource": resource, **more}


def policy(*statements: dict[str, Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def arn(of: str, account: str = SHOP) -> str:
    """`user/ada`"""
    return f"arn:aws:iam::{account}:{of}"


MFA = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
MANY = {f"many-{number:03}": policy(statement("Allow", f"{one}:*")) for number, one in enumerate(
    ("s3", "ec2", "sqs", "sns", "rds", "kms", "ecr", "ecs", "eks", "logs", "events", "lambda", "glue", "athena", "batch")
)}  # fmt: skip
ACCOUNT: dict[str, Any] = {
    "users": [
        {
            "name": "ada",
            "groups": ["ops", "nobody-read"],
            "inline": {
                "reading": policy(
                    statement("Allow", "s3:GetObject", "arn:aws:s3:::blue/*", Sid="Reading"),
                    statement("Allow", "sqs:*", Condition=MFA),
                )
            },
            "tags": {HOSTILE: HOSTILE, "team": "blue"},
        },
        {"name": "bob"},
        {"name": HOSTILE, "inline": {HOSTILE: policy(statement("Allow", "*", Sid=HOSTILE))}},
        {"name": "many", "inline": MANY},
        {"name": "young", "attached": ["ReadOnlyBuckets"]},
    ],
    "groups": [
        {"name": "ops", "attached": ["AdministratorAccess"]},
        {"name": "empty", "inline": {"buckets": policy(statement("Allow", "s3:*"))}},
    ],
    "roles": [
        {
            "name": "boss",
            "attached": ["AdministratorAccess"],
            "boundary": "edge",
            "used": "2026-11-20T09:00:00+00:00",
            "trust": {
                "Version": "2012-10-17",
                "Statement": [
                    {
                        "Effect": "Allow",
                        "Principal": {"AWS": ["arn:aws:iam::ACCOUNT:root", "arn:aws:iam::333333333333:role/vendor"]},
                        "Action": "sts:AssumeRole",
                        "Condition": {"StringEquals": {"sts:ExternalId": HOSTILE}},
                    },
                    {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"},
                ],
            },
        },
        {"name": "odd", "attached": ["arn:aws:iam::aws:policy/NotCollected"], "inline": {"q": policy(statement("Allow", "sqs:*"))}},
        {"name": "AWSServiceRoleForX", "path": "/aws-service-role/x.amazonaws.com/", "attached": ["AdministratorAccess"]},
        {"name": SET, "path": RESERVED, "attached": ["ReadOnlyBuckets"]},
    ],
    "policies": {"edge": policy(statement("Allow", ["s3:*", "sqs:*"]), statement("Deny", "s3:DeleteBucket"))},
    "service_control_policies": {"NoSns": policy(statement("Deny", "sns:*"))},
    "report": {
        "ada": {
            "password_enabled": "true",
            "mfa_active": "true",
            "password_last_used": "2026-11-19T09:00:00+00:00",
            "password_last_changed": "2026-01-02T09:00:00+00:00",
        },
        "young": None,
        "root": {"password_enabled": "not_supported", "password_last_used": "no_information"},
    },
    "mfa": ["ada"],
    "keys": [
        {"user": "ada", "id": "AKIAOLD", "created": "2024-11-25T00:00:00+00:00", "used": "2026-11-18T09:00:00+00:00"},
        {"user": "ada", "id": "AKIAOFF", "created": "2026-11-01T00:00:00+00:00", "active": False},
    ],
    "last_accessed": [
        {
            "identity": "user/ada",
            "services": {
                "s3": "2026-11-20T00:00:00+00:00",
                "sqs": "2026-09-30T00:00:00+00:00",
                "iam": "2026-01-01T00:00:00+00:00",
                "ec2": None,
            },
            "actions": {"iam:CreateUser": None},
        },
        {"identity": "role/boss", "services": {"s3": None, "sns": "2026-11-20T00:00:00+00:00"}},
    ],
}  # fmt: skip
UNREAD = ("credential_report", "mfa_devices", "access_keys", "last_accessed")
CASES = [
    Case("made", "whole", SHOP, {"account": ACCOUNT}),
    Case(
        "made",
        "half",
        HALF,
        {"account": {"users": [{"name": "carl", "attached": ["AdministratorAccess"]}]}, "missing": UNREAD},
    ),
]


def _identity_center() -> list[tuple[str, dict[str, Any]]]:
    """Ada's double, whose name is hostile, and a group of two."""
    return [
        ("identity_center", {"instance_arn": "arn:aws:sso:::instance/ssoins-1234567890abcdef"}),
        ("permission_sets", {"arn": f"{_SETS}/ps-1", "name": "Power"}),
        *(
            (
                "account_assignments",
                {
                    "permission_set": f"{_SETS}/ps-1",
                    "target_id": SHOP,
                    "principal_type": kind,
                    "principal_id": one,
                },
            )
            for kind, one in (("USER", "u1"), ("GROUP", "g1"))
        ),
        ("directory_groups", {"id": "g1", "name": "Operators"}),
        *(
            ("directory_users", {"id": one, "name": one, "display_name": name, "enabled": None})
            for one, name in (("u1", HOSTILE), ("u2", "Grace Hopper"), ("u3", "Joan Clarke"))
        ),
        *(("directory_memberships", {"group_id": "g1", "user_id": one}) for one in ("u2", "u3")),
    ]


def published(folder: Path, *, identity_center: bool = True) -> Snapshot:
    staging = Staging(folder / "staging", durable=False)
    world._stage_organization(staging, {}, CASES)
    if identity_center:
        staging.save("organization", "identity_center", _identity_center(), NOW)
    for case in CASES:
        for part in world.PARTS:
            if part in case.given.get("missing", ()):
                gap = Gap(OF_ACCOUNT[part], "denied", "not authorized")
                staging.gap(case.account_id, part, gap, NOW)
            else:
                world._stage_part(staging, case, part, NOW)
    return publish(staging, folder / "snapshots", world._publication("c", NOW, len(CASES)))


_KEPT: dict[Path, dict[type[Model], list[dict[str, Any]]]] = {}
"""Rows as they were when what was published was judged: to judge it again for each test takes a second."""


def judged(made: Path) -> Analysis:
    """A copy of what was published, in its place, and its rows."""
    shutil.copytree(made / "snapshots", settings.SNAPSHOTS_DIR, dirs_exist_ok=True)
    if made in _KEPT:
        for model, rows in _KEPT[made].items():
            model._default_manager.bulk_create(model(**row) for row in rows)
    else:
        bring_up(CONNECTION)
        models: tuple[type[Model], ...] = (Analysis, Identity, Recommendation, Moment)
        _KEPT[made] = {model: list(model._default_manager.values()) for model in models}
    return Analysis.objects.get()
