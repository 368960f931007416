"""Which statement gives an action, and which takes it; and what a group's policies come to."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from operator import or_
from pathlib import Path
from typing import Any

import pytest

from cloud_entitlements.access import AccessIndex, Giving, NotFound, Taking, open_index
from cloud_entitlements.access.index.actions import names, settled

from .conftest import MANAGEMENT, SHOP, Document, Indexing, allow, deny, organization, policy, role, user
from .made import made

ADA, OPS = f"arn:aws:iam::{SHOP}:user/ada", f"arn:aws:iam::{SHOP}:group/ops"
FULL = (allow("*"), "r-ab12"), (allow("*"), "ou-ab12-11111111"), (allow("*"), SHOP)
MFA = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
HOSTILE = "<script>\x1b[31m"


def group(name: str, *inline: Document, **more: Any) -> dict[str, Any]:
    policies = [
        {"PolicyName": f"{name}-{number}", "PolicyDocument": one} for number, one in enumerate(inline)
    ]
    arn = f"arn:aws:iam::{SHOP}:group/{name}"
    return {"Arn": arn, "GroupName": name, "Path": "/", "GroupPolicyList": policies, **more}


def attached(*names_: str) -> list[dict[str, str]]:
    return [{"PolicyName": one, "PolicyArn": f"arn:aws:iam::{SHOP}:policy/{one}"} for one in names_]


def statements(*given: dict[str, Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(given)}


def _told(found: Sequence[Giving]) -> list[tuple[Any, ...]]:
    return [
        (
            one.source,
            one.statement,
            one.sid,
            sorted(names(one.actions)),
            sorted(names(one.broad)),
            one.conditional,
        )
        for one in found
    ]


def test_what_gives_an_action_is_named_down_to_the_statement(indexing: Indexing) -> None:
    index = indexing(
        user(
            "ada",
            statements(
                {"Effect": "Allow", "Action": "sqs:*", "Resource": "*"},
                {
                    "Effect": "Allow",
                    "Sid": HOSTILE,
                    "Action": "iam:Pass*",
                    "Resource": "arn:aws:iam::*:role/app",
                },
                {"Effect": "Deny", "Action": "iam:PassRole", "Resource": "*"},
            ),
            GroupList=["ops"],
            AttachedManagedPolicies=attached("wide"),
        ),
        group("ops", allow("iam:PassRole", f"arn:aws:iam::{SHOP}:role/*", Condition=MFA)),
        policy("wide", allow("*")),
        standalone=True,
    )
    asked = ["IAM:passrole", "iam:CreateUser"]
    assert _told(index.giving(ADA, asked)) == [
        ("inline policy inline-0", 1, HOSTILE, ["iam:PassRole"], [], False),
        (f"arn:aws:iam::{SHOP}:policy/wide", 0, None, ["iam:CreateUser", "iam:PassRole"], ["iam:CreateUser", "iam:PassRole"], False),
        ("inline policy ops-0 through group ops", 0, None, ["iam:PassRole"], ["iam:PassRole"], True),
    ]  # fmt: skip
    assert [one.source for one in index.giving(OPS, asked)] == ["inline policy ops-0"]
    assert index.giving(ADA, ["ec2:Nothing"]) == ()


def test_a_policy_that_was_not_read_may_give_it(indexing: Indexing) -> None:
    index = indexing(user("ada", AttachedManagedPolicies=attached("lost")), standalone=True)
    (found,) = index.giving(ADA, ["s3:GetObject"])
    assert (found.document, found.statement, list(names(found.actions))) == (None, None, ["s3:GetObject"])
    (taken,) = index.taking(ADA, ["s3:GetObject"])
    assert (taken.layer, taken.how, taken.broad) == ("identity", "not_read", 0)


def _taken(found: Sequence[Taking]) -> list[tuple[Any, ...]]:
    return [
        (one.layer, one.source, one.how, one.statement, sorted(names(one.actions)), sorted(names(one.broad)))
        for one in found
    ]


def test_what_stops_an_administrator_is_named_with_the_place_where_it_hangs(indexing: Indexing) -> None:
    given = organization([*FULL, (deny("s3:DeleteBucket"), "ou-ab12-11111111")])
    given["service_control_policies"][3]["name"] = "DenyX"
    index = indexing(
        user("ada", allow("*"), PermissionsBoundary={"PermissionsBoundaryArn": f"arn:aws:iam::{SHOP}:policy/limit"}),
        role("boss", allow("*"), account=MANAGEMENT),
        policy("limit", allow(["s3:*", "iam:Get*"], ["arn:aws:s3:::blue", "arn:aws:iam::*:*"])),
        organization=given,
    )  # fmt: skip
    asked = ["s3:DeleteBucket", "iam:GetUser", "iam:CreateUser"]
    assert _taken(index.taking(ADA, asked)) == [
        ("boundary", f"permissions boundary arn:aws:iam::{SHOP}:policy/limit", "not_allowed", None, ["iam:CreateUser", "s3:DeleteBucket"], ["iam:CreateUser"]),
        ("scp", "DenyX at ou-ab12-11111111", "denied", 0, ["s3:DeleteBucket"], ["s3:DeleteBucket"]),
    ]  # fmt: skip
    assert index.taking(f"arn:aws:iam::{MANAGEMENT}:role/boss", asked) == ()


@pytest.mark.parametrize(
    ("document", "broad", "conditional"),
    [
        (deny("s3:GetObject"), ["s3:GetObject"], False),
        (deny("s3:GetObject", Condition=MFA), [], True),
        (deny("s3:*", Resource="arn:aws:s3:::blue/*"), [], False),
    ],
)
def test_a_deny_says_whether_it_takes_all_of_it(
    document: Document, broad: list[str], conditional: bool, indexing: Indexing
) -> None:
    index = indexing(user("ada", allow("*"), document), standalone=True)
    (found,) = index.taking(ADA, ["s3:GetObject"])
    assert (list(names(found.broad)), found.conditional) == (broad, conditional)
    assert (found.layer, found.source, found.node) == ("identity", "inline policy inline-1", "")


def test_a_level_that_allows_nothing_is_named_by_its_place(indexing: Indexing) -> None:
    index = indexing(user("ada", allow("*")), organization=organization([FULL[0], FULL[2]]))
    (found,) = index.taking(ADA, ["s3:GetObject"])
    assert (found.source, found.how) == ("service control policies at ou-ab12-11111111", "not_allowed")
    assert found.broad == found.actions


def test_resource_control_policies_take_what_they_reach_alone(indexing: Indexing) -> None:
    rcp = statements({"Effect": "Deny", "Principal": "*", "Action": ["s3:*", "ec2:*"], "Resource": "*"})
    index = indexing(user("ada", allow("*")), organization=organization(FULL, [(rcp, SHOP)]))
    (found,) = index.taking(ADA, ["s3:GetObject", "ec2:RunInstances"])
    assert (found.layer, found.node, list(names(found.actions))) == ("rcp", SHOP, ["s3:GetObject"])


def test_where_control_policies_were_not_read_they_may_take_anything(indexing: Indexing) -> None:
    index = indexing(user("ada", allow("*")))
    assert [(one.layer, one.how) for one in index.taking(ADA, ["ec2:RunInstances"])] == [("scp", "not_read")]


def test_a_service_linked_role_is_beyond_control_policies(indexing: Indexing) -> None:
    arn = f"arn:aws:iam::{SHOP}:role/aws-service-role/x.amazonaws.com/AWSServiceRoleForX"
    index = indexing({**role("AWSServiceRoleForX", allow("*")), "Arn": arn}, organization=organization())
    assert index.taking(arn, ["s3:GetObject"]) == ()


def test_nobody_of_that_name_is_an_error(indexing: Indexing) -> None:
    index = indexing(user("ada"), group("ops"), standalone=True)
    for ask in (index.giving, index.taking):
        with pytest.raises(NotFound, match="ghost"):
            ask(f"{ADA}-ghost", ["s3:*"])
    assert index.taking(OPS, ["s3:*"]) == (), (
        "a group has control policies above it too, and here there are none"
    )


@pytest.fixture(params=range(4))
def index(request: pytest.FixtureRequest, tmp_path: Path) -> AccessIndex:
    return open_index(made(request.param, tmp_path), tmp_path / "cache")


def test_what_is_given_and_not_taken_is_what_one_may_do(index: AccessIndex) -> None:
    """Layer by layer it comes to the same as all layers together."""
    for found in index.actions_of_all():
        for someone in index.people(found.ids):
            if someone.type == "root":
                continue
            given = index.giving(someone.arn, -1)
            taken = index.taking(someone.arn, -1)
            broad = possible = 0
            for one in given:
                possible |= one.actions
                broad |= one.broad
            for gone in taken:
                broad &= ~gone.broad
                if gone.how == "not_allowed":
                    possible &= ~gone.broad
                    broad &= ~gone.actions
            governed = found.possible & ~_ungoverned()
            assert not governed & ~possible
            assert found.broad & ~_ungoverned() == broad & found.possible & ~_ungoverned()


def _ungoverned() -> int:
    return reduce(or_, (*settled("user"), *settled("role")))


def test_a_group_gives_what_whoever_holds_its_policies_may_do(index: AccessIndex) -> None:
    seen = 0
    for found in index.actions_of_all():
        for someone in index.people(found.ids):
            identity = index.organization.identities.get(someone.arn)
            if identity is None or identity.type != "user" or identity.boundary:
                continue
            seen += 1
            documents = [one.document for one in identity.policies]
            given = index.actions_of_policies(identity.account_id, documents)
            for mine, theirs in zip(
                (given.certain, given.broad, given.possible),
                (found.certain, found.broad, found.possible),
                strict=True,
            ):
                assert mine & ~_ungoverned() == theirs & ~_ungoverned(), someone
    assert seen


def test_a_group_that_nobody_is_in_is_known(indexing: Indexing) -> None:
    index = indexing(
        user("ada"),
        group("ops", allow("s3:*", "arn:aws:s3:::blue"), AttachedManagedPolicies=attached("wide", "lost")),
        policy("wide", allow("sqs:*")),
        standalone=True,
    )
    (found,) = index.groups()
    assert (found.arn, found.name, found.account_id) == (OPS, "ops", SHOP)
    documents = {one.words: one.document for one in found.policies}
    read = [one for one in documents.values() if one]
    sets = index.actions_of_policies(SHOP, read)
    assert "sqs:SendMessage" in set(names(sets.certain))
    assert "s3:GetObject" in set(names(sets.possible)) - set(names(sets.broad))
    assert "ec2:RunInstances" not in set(names(sets.possible))
    assert "ec2:RunInstances" in set(names(index.actions_of_policies(SHOP, [*read, None]).possible))
