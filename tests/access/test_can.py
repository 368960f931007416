from __future__ import annotations

from typing import Any

import pytest

from cloud_entitlements.access import Asker, NotFound, Question
from cloud_entitlements.policy import MalformedRequest

from .conftest import MANAGEMENT, SHOP, TOOLS, Asking, allow, deny, organization, policy, role, trust, user

FULL = (allow("*"), "r-ab12"), (allow("*"), "ou-ab12-11111111"), (allow("*"), SHOP), (allow("*"), TOOLS)
ADA = f"arn:aws:iam::{SHOP}:user/ada"


def ask(asker: Asker, action: str, resource: str = "*", principal: str = ADA, **more: Any) -> tuple[str, Any]:
    answered = asker.can(Question(principal, action, resource, **more))
    return answered.decision.outcome, answered


def outcome(*arguments: Any, **more: Any) -> str:
    return ask(*arguments, **more)[0]


def test_a_users_own_and_its_groups_policies_count(asking: Asking) -> None:
    asker = asking(
        user("ada", allow("ec2:Describe*"), GroupList=["ops"]),
        {
            "Arn": f"arn:aws:iam::{SHOP}:group/ops",
            "GroupName": "ops",
            "Path": "/",
            "GroupPolicyList": [],
            "AttachedManagedPolicies": [{"PolicyName": "p", "PolicyArn": f"arn:aws:iam::{SHOP}:policy/p"}],
        },
        policy("p", allow("iam:ListRoles")),
        standalone=True,
    )
    assert outcome(asker, "ec2:DescribeInstances") == "allowed"
    found, answered = ask(asker, "iam:ListRoles")
    assert found == "allowed"
    (met,) = answered.decision.statements
    assert answered.sources[met.policy] == f"arn:aws:iam::{SHOP}:policy/p through group ops"
    assert outcome(asker, "iam:CreateUser", f"arn:aws:iam::{SHOP}:user/x") == "denied"


def test_a_group_that_was_not_read_may_allow(asking: Asking) -> None:
    asker = asking(user("ada", allow("ec2:*"), GroupList=["lost"]), standalone=True)
    found, answered = ask(asker, "iam:ListRoles")
    assert (found, answered.decision.incomplete) == ("conditional", ("identity",))


def test_without_an_organization_the_control_policies_are_unknown(asking: Asking) -> None:
    asker = asking(user("ada", allow("ec2:*")))
    found, answered = ask(asker, "ec2:DescribeInstances")
    assert (found, answered.decision.incomplete) == ("conditional", ("scp",))
    assert outcome(asker, "iam:ListRoles") == "denied", "no control policy could grant it"


@pytest.mark.parametrize(
    ("lacks", "action", "resource", "layer"),
    [
        ("service_control_policies", "ec2:DescribeInstances", "*", "scp"),
        ("resource_control_policies", "s3:GetObject", "arn:aws:s3:::own/x", "rcp"),
    ],
)
def test_a_type_of_control_policies_that_an_import_was_not_given_is_unknown_and_not_switched_off(
    asking: Asking, lacks: str, action: str, resource: str, layer: str
) -> None:
    given = organization(FULL, [(allow("*", Principal="*"), "r-ab12")])
    del given[lacks]
    found, answered = ask(asking(user("ada", allow("*")), organization=given), action, resource, owner=SHOP)
    assert (found, layer in answered.decision.incomplete) == ("conditional", True)
    (other,) = {"scp", "rcp"} - {layer}
    assert other not in answered.decision.incomplete, "the other type was given"


def test_every_level_of_the_organization_must_allow(asking: Asking) -> None:
    asker = asking(user("ada", allow("*")), organization=organization(FULL))
    assert outcome(asker, "ec2:DescribeInstances") == "allowed"
    limited = organization([*FULL, (deny("ec2:*"), "ou-ab12-11111111")])
    found, answered = ask(asking(user("ada", allow("*")), organization=limited), "ec2:DescribeInstances")
    assert (found, answered.decision.denied_by, answered.decision.explicit_deny) == ("denied", ("scp",), True)


def test_a_level_with_nothing_attached_denies(asking: Asking) -> None:
    asker = asking(user("ada", allow("*")), organization=organization(FULL[:2]))
    assert ask(asker, "ec2:DescribeInstances")[1].decision.denied_by == ("scp",)


def test_the_management_account_is_not_limited(asking: Asking) -> None:
    nothing = organization([(deny("*"), "r-ab12")])
    asker = asking(user("root-of-all", allow("ec2:*"), account=MANAGEMENT), organization=nothing)
    assert (
        outcome(asker, "ec2:DescribeInstances", principal=f"arn:aws:iam::{MANAGEMENT}:user/root-of-all")
        == "allowed"
    )


def test_a_boundary_limits_and_a_missing_one_is_unknown(asking: Asking) -> None:
    bound: dict[str, Any] = {
        "PermissionsBoundary": {"PermissionsBoundaryArn": f"arn:aws:iam::{SHOP}:policy/bound"}
    }
    asker = asking(user("ada", allow("*"), **bound), policy("bound", allow("ec2:*")), standalone=True)
    assert outcome(asker, "ec2:DescribeInstances") == "allowed"
    assert ask(asker, "iam:ListRoles")[1].decision.denied_by == ("boundary",)
    lost = asking(user("ada", allow("*"), **bound), standalone=True)
    found, answered = ask(lost, "ec2:DescribeInstances")
    assert (found, answered.decision.incomplete) == ("conditional", ("boundary",))


def test_a_role_is_assumed_by_its_trust(asking: Asking) -> None:
    asker = asking(
        user("ada", allow("sts:AssumeRole")),
        role("open", AssumeRolePolicyDocument=trust({"AWS": SHOP})),
        role("mine", AssumeRolePolicyDocument=trust({"AWS": f"arn:aws:iam::{SHOP}:user/ada"})),
        role(
            "guarded",
            AssumeRolePolicyDocument=trust({"AWS": SHOP}, Bool={"aws:MultiFactorAuthPresent": "true"}),
        ),
        role("other", account=TOOLS, AssumeRolePolicyDocument=trust({"AWS": SHOP})),
        standalone=True,
    )

    def assume(name: str, account: str = SHOP) -> str:
        return outcome(asker, "sts:AssumeRole", f"arn:aws:iam::{account}:role/{name}")

    assert [assume("open"), assume("mine"), assume("guarded"), assume("other", TOOLS)] == [
        "allowed", "allowed", "conditional", "allowed",
    ]  # fmt: skip
    _, answered = ask(asker, "sts:AssumeRole", f"arn:aws:iam::{SHOP}:role/guarded")
    assert "= true" in answered.decision.residual
    assert [key.lower() for key in answered.decision.context_keys] == ["aws:multifactorauthpresent"]
    given = {"aws:MultiFactorAuthPresent": ("true",)}
    assert outcome(asker, "sts:AssumeRole", f"arn:aws:iam::{SHOP}:role/guarded", context=given) == "allowed"


def test_the_trust_of_a_role_that_was_not_read_is_unknown(asking: Asking) -> None:
    asker = asking(user("ada", allow("sts:*")), standalone=True)
    found, answered = ask(asker, "sts:AssumeRole", f"arn:aws:iam::{TOOLS}:role/theirs")
    assert (found, answered.decision.incomplete) == ("conditional", ("resource",))


def test_a_resource_of_another_account_needs_both_sides(asking: Asking) -> None:
    queue = f"arn:aws:sqs:eu-west-1:{TOOLS}"
    shared = allow("sqs:SendMessage", f"{queue}:shared", Principal={"AWS": SHOP})
    resources = {f"{queue}:shared": {"policy": shared}, f"{queue}:closed": {"policy": None}}
    asker = asking(user("ada", allow("sqs:SendMessage")), resources=resources, standalone=True)
    assert outcome(asker, "sqs:SendMessage", f"{queue}:shared") == "allowed"
    assert outcome(asker, "sqs:DeleteMessage", f"{queue}:shared") == "denied"
    assert outcome(asker, "sqs:SendMessage", f"{queue}:closed") == "denied", "it is known to have no policy"
    found, answered = ask(asker, "sqs:SendMessage", f"{queue}:unheard-of")
    assert (found, answered.decision.incomplete) == ("conditional", ("resource",))


def test_what_a_grant_or_an_acl_may_allow_is_not_denied(asking: Asking) -> None:
    """Neither is in a snapshot; in no partition are they taken for absent."""
    key, bucket = f"arn:aws:kms:eu-west-1:{SHOP}:key/1", "arn:aws-cn:s3:::theirs"
    nobody = {"Version": "2012-10-17", "Statement": []}
    resources = {key: {"policy": nobody}, bucket: {"owner": TOOLS, "policy": None}}
    asker = asking(user("ada", allow("*")), resources=resources, standalone=True)
    assert outcome(asker, "kms:Decrypt", key) == "conditional"
    assert outcome(asker, "s3:GetObject", f"{bucket}/x", owner=TOOLS) == "conditional"


def test_a_principal_that_is_not_there_is_told_from_one_that_was_not_read(asking: Asking) -> None:
    asker = asking(user("ada", allow("*")), standalone=True)
    with pytest.raises(NotFound, match="which was read"):
        ask(asker, "ec2:DescribeInstances", principal=f"arn:aws:iam::{SHOP}:user/bob")
    found, answered = ask(asker, "ec2:DescribeInstances", principal=f"arn:aws:iam::{TOOLS}:user/bob")
    assert found == "conditional"
    assert "identity" in answered.decision.incomplete


def test_a_session_stands_for_its_role(asking: Asking) -> None:
    asker = asking(role("app", allow("sqs:ListQueues")), standalone=True)
    assert (
        outcome(asker, "sqs:ListQueues", principal=f"arn:aws:sts::{SHOP}:assumed-role/app/i-1") == "allowed"
    )


def test_tags_of_the_principal_are_known(asking: Asking) -> None:
    document = allow("ec2:*", Condition={"StringEquals": {"aws:PrincipalTag/Team": "blue"}})
    asker = asking(user("ada", document, Tags=[{"Key": "team", "Value": "blue"}]), standalone=True)
    assert outcome(asker, "ec2:DescribeInstances") == "allowed"


def test_an_assumption_gives_way_to_what_is_known(asking: Asking) -> None:
    document = allow("ec2:*", Condition={"Bool": {"aws:SecureTransport": "true"}})
    asker = asking(user("ada", document), standalone=True)
    assert outcome(asker, "ec2:DescribeInstances") == "conditional"
    assert outcome(asker, "ec2:DescribeInstances", assume=("direct",)) == "allowed"
    given = {"aws:SecureTransport": ("false",)}
    assert outcome(asker, "ec2:DescribeInstances", assume=("direct",), context=given) == "denied"


def test_a_lasting_key_is_not_assumed_of_a_role(asking: Asking) -> None:
    asker = asking(role("app", allow("ec2:*")), standalone=True)
    with pytest.raises(MalformedRequest, match="it is for users and root"):
        ask(
            asker,
            "ec2:DescribeInstances",
            principal=f"arn:aws:iam::{SHOP}:role/app",
            assume=("long-term-key",),
        )


BY_ENDPOINT = {"aws:SourceVpce": ("vpce-1",)}


def test_the_policy_of_an_endpoint_that_the_call_passes_is_not_read(asking: Asking) -> None:
    asker = asking(user("ada", allow("ec2:*")), standalone=True)
    found, answered = ask(asker, "ec2:DescribeInstances", context=BY_ENDPOINT)
    assert (found, answered.decision.incomplete) == ("conditional", ("vpc_endpoint",))
    assert "whose own policy is not collected" in answered.decision.warnings[0]
    assert outcome(asker, "ec2:DescribeInstances", context={"AWS:sourcevpc": ("vpc-1",)}) == "conditional"


def test_an_endpoint_changes_nothing_of_what_is_denied_without_it(asking: Asking) -> None:
    asker = asking(user("ada", allow("ec2:*")), standalone=True)
    found, answered = ask(asker, "iam:ListRoles", context=BY_ENDPOINT)
    assert (found, answered.decision.incomplete, answered.decision.warnings) == ("denied", (), ())


def test_a_call_that_names_no_endpoint_passes_none(asking: Asking) -> None:
    asker = asking(user("ada", allow("ec2:*")), standalone=True)
    found, answered = ask(asker, "ec2:DescribeInstances")
    assert (found, answered.decision.warnings) == ("allowed", ())
    assert outcome(asker, "ec2:DescribeInstances", context={"aws:SourceVpce": ()}) == "allowed", "absent"


def test_a_condition_on_an_endpoint_says_that_its_policy_counts_too(asking: Asking) -> None:
    inside = allow("ec2:*", Condition={"StringEquals": {"aws:SourceVpce": "vpce-1"}})
    asker = asking(user("ada", inside), standalone=True)
    found, answered = ask(asker, "ec2:DescribeInstances")
    assert (found, answered.decision.residual) == ("conditional", "aws:SourceVpce = vpce-1")
    assert "the endpoint's own policy counts too" in answered.decision.warnings[0]
    assert outcome(asker, "ec2:DescribeInstances", assume=("internet",)) == "denied"
