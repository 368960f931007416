"""People and groups of Identity Center have the impact of the gravest role that they reach."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cloud_entitlements.access import open_index
from cloud_entitlements.criteria import Assessed, Settings, analyse
from cloud_entitlements.inventory import Coverage, Gap, Publication, Staging, publish
from cloud_entitlements.inventory.authorization_details import NORMALIZE

NOW = datetime(2026, 11, 25, tzinfo=UTC)
SHOP, OTHER = "222222222222", "333333333333"
SETS = "arn:aws:sso:::permissionSet/ssoins-1"
READ: Any = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "ec2:Describe*", "Resource": "*"}],
}
FULL: Any = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}


def role(name: str, document: Any) -> Any:
    path = "/aws-reserved/sso.amazonaws.com/"
    full = f"AWSReservedSSO_{name}_0123456789abcdef"
    return {
        "Arn": f"arn:aws:iam::{SHOP}:role{path}{full}", "RoleName": full, "Path": path,
        "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": []},
        "RolePolicyList": [{"PolicyName": "set", "PolicyDocument": document}],
    }  # fmt: skip


def assigned(set_: str, account: str, kind: str, id_: str) -> tuple[str, dict[str, Any]]:
    return (
        "account_assignments",
        {
            "permission_set": f"{SETS}/{set_}",
            "target_id": account,
            "principal_type": kind,
            "principal_id": id_,
        },
    )


def assessed(folder: Path, *rows: Any) -> dict[str, Assessed]:
    staging = Staging(folder / "staging", durable=False)
    roles = [
        row for one in (role("Reader", READ), role("Boss", FULL)) for row in NORMALIZE["RoleDetailList"](one)
    ]
    staging.save(SHOP, "authorization_details", roles, NOW)
    staging.save("organization", "identity_center", [*BASE, *rows], NOW)
    publication = Publication("people", "p" * 32, Coverage(1, 1), NOW)
    snapshot = publish(staging, folder / "snapshots", publication)
    index = open_index(snapshot, folder / "cache")
    found = {one.subject.name: one for one in analyse(snapshot, index, Settings(), NOW) if one.person}
    index.close()
    return found


BASE: list[Any] = [
    ("identity_center", {"instance_arn": "arn:aws:sso:::instance/ssoins-1", "identity_store_id": "d-1", "region": "eu-central-1"}),
    ("permission_sets", {"arn": f"{SETS}/reader", "name": "Reader"}),
    ("permission_sets", {"arn": f"{SETS}/boss", "name": "Boss"}),
    ("directory_users", {"id": "u-ada", "name": "ada", "display_name": "Ada"}),
    ("directory_users", {"id": "u-bob", "name": "bob", "display_name": "Bob"}),
    ("directory_groups", {"id": "g-team", "name": "team"}),
    ("directory_memberships", {"group_id": "g-team", "user_id": "u-ada"}),
]  # fmt: skip


def test_the_gravest_role_counts_directly_or_through_a_group(tmp_path: Path) -> None:
    found = assessed(
        tmp_path, assigned("reader", SHOP, "USER", "u-ada"), assigned("boss", SHOP, "GROUP", "g-team")
    )
    letters = {
        name: (one.impact.letter, one.person and one.person.administrator) for name, one in found.items()
    }
    assert letters == {"ada": ("E", True), "bob": ("A", False), "team": ("E", True)}
    ada = found["ada"].person
    assert ada is not None
    assert (ada.roles, "Boss" in ada.through) == (2, True)
    assert not found["bob"].impact.least


def test_a_role_that_is_not_known_leaves_the_impact_open(tmp_path: Path) -> None:
    found = assessed(
        tmp_path, assigned("reader", SHOP, "USER", "u-ada"), assigned("boss", OTHER, "USER", "u-ada")
    )
    assert (found["ada"].impact.letter, found["ada"].impact.least) == ("A", True)


def test_where_identity_center_was_not_read_there_is_nobody(tmp_path: Path) -> None:
    staging = Staging(tmp_path / "staging", durable=False)
    staging.gap("organization", "identity_center", Gap("sso:ListInstances", "denied", "no"), NOW)
    snapshot = publish(staging, tmp_path / "snapshots", Publication("p", "q" * 32, Coverage(1, 1), NOW))
    index = open_index(snapshot, tmp_path / "cache")
    assert list(analyse(snapshot, index, Settings(), NOW)) == []
    index.close()
