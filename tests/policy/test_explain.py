"""A decision, told: what each layer says, by which statements, on which values."""

from __future__ import annotations

import json
from typing import Any

from cloud_entitlements.policy import explain
from cloud_entitlements.policy.cases import decided
from cloud_entitlements.policy.explain import READING_ORDER, ExplainedLayer, Explanation, as_json

QUESTION: dict[str, Any] = {
    "principal": "arn:aws:sts::111122223333:assumed-role/Dev/monday",
    "action": "s3:GetObject",
    "resource": "arn:aws:s3:::records/a.txt",
    "resource_account": "111122223333",
    "missing_context": "absent",
}


def statement(effect: str, *, condition: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    found = {"Sid": f"The{effect}", "Effect": effect, "Action": "s3:*", "Resource": "*", **more}
    return {**found, "Condition": condition} if condition else found


def policy(*statements: dict[str, Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def told(**fields: Any) -> Explanation:
    return explain(decided({**QUESTION, **fields}))


def layer(explanation: Explanation, name: str) -> ExplainedLayer:
    return next(one for one in explanation.layers if one.layer == name)


def test_layers_stand_in_reading_order_and_say_which_do_not_apply() -> None:
    found = told(identity_policies=[policy(statement("Allow"))])
    assert tuple(one.layer for one in found.layers) == READING_ORDER
    assert {one.layer for one in found.layers if one.verdict == "does not apply"} == {*READING_ORDER} - {
        "identity"
    }


def test_an_allowed_decision_names_the_statement_that_allows() -> None:
    condition = {"StringEquals": {"aws:RequestedRegion": ["eu-west-1", "eu-west-3"]}}
    found = told(
        identity_policies=[policy(statement("Allow", condition=condition))],
        context={"aws:RequestedRegion": "eu-west-1"},
    )
    assert (found.decision, found.summary) == ("allowed", "allowed: identity[0] Statement[0]")
    (met,) = layer(found, "identity").statements
    assert (met.sid, met.effect, met.matches, met.decides) == ("TheAllow", "Allow", "true", True)
    (one,) = met.conditions
    assert (one.operator, one.key, one.values) == (
        "StringEquals",
        "aws:RequestedRegion",
        ("eu-west-1", "eu-west-3"),
    )
    assert (one.found, one.state, one.truth) == (("eu-west-1",), "known", "true")


def test_an_explicit_deny_is_told_with_its_layer_and_level() -> None:
    found = told(
        identity_policies=[policy(statement("Allow"))],
        service_control_policies=[
            [policy(statement("Allow"))],
            [policy(statement("Allow"), statement("Deny"))],
        ],
    )
    assert found.summary == "denied: a Deny in scp"
    scp = layer(found, "scp")
    assert (scp.verdict, scp.explicit, scp.blocks) == ("denied", True, True)
    assert [(one.policy, one.statement) for one in scp.statements if one.decides] == [("scp[1][0]", 1)]
    assert layer(found, "identity").verdict == "allowed"
    assert found.blocked_by == ("scp",)


def test_an_implicit_deny_says_which_layers_lack_an_allow() -> None:
    found = told(
        identity_policies=[policy(statement("Allow"))],
        permissions_boundary=policy(statement("Allow", Action="ec2:*")),
    )
    assert found.summary == "denied: no Allow in boundary"
    boundary = layer(found, "boundary")
    assert (boundary.verdict, boundary.explicit, boundary.blocks) == ("denied", False, True)
    assert boundary.statements == ()


def test_a_conditional_decision_says_what_must_hold_and_what_was_not_read() -> None:
    inside = {"IpAddress": {"aws:SourceIp": "192.0.2.0/24"}}
    found = told(
        identity_policies=[policy(statement("Allow", condition=inside))],
        service_control_policies="unknown",
        missing_context="unknown",
    )
    assert found.summary == "conditional: allowed if aws:SourceIp in 192.0.2.0/24; not known: scp"
    assert (layer(found, "scp").verdict, layer(found, "identity").verdict) == ("not read", "conditional")
    (one,) = layer(found, "identity").statements[0].conditions
    assert (one.found, one.state, one.truth) == ((), "unknown", "unknown")
    assert (found.unknown_keys, found.not_read) == (("aws:SourceIp",), ("scp",))


def test_a_resource_policy_says_as_what_it_names_the_caller() -> None:
    named = {"AWS": "arn:aws:iam::111122223333:role/Dev"}
    found = told(resource_policy=policy(statement("Allow", Principal=named)))
    assert layer(found, "resource").statements[0].principal == ("role",)
    assert layer(found, "resource").verdict == "allowed"


def test_each_way_to_name_the_caller_has_its_word() -> None:
    account, provider = "111122223333", "accounts.google.com"
    session, alice = QUESTION["principal"], f"arn:aws:iam::{account}:user/alice"
    guest, role = f"arn:aws:sts::{account}:federated-user/guest", f"arn:aws:iam::{account}:role/Dev"
    token: dict[str, Any] = {"federated": provider}
    ways: list[tuple[str, Any, dict[str, str]]] = [
        ("any", "anonymous", {"AWS": "*"}),
        ("account", alice, {"AWS": account}),
        ("user", alice, {"AWS": alice}),
        ("federated parent", guest, {"AWS": alice}),
        ("role", session, {"AWS": role}),
        ("session", session, {"AWS": session}),
        ("service", "lambda.amazonaws.com", {"Service": "lambda.amazonaws.com"}),
        ("federated", token, {"Federated": provider}),
    ]
    for word, caller, named in ways:
        found = told(
            principal=caller,
            session_of=alice if caller == guest else None,
            resource_policy=policy(statement("Allow", Principal=named)),
        )
        assert layer(found, "resource").statements[0].principal == (word,)


def test_who_did_not_sign_is_called_anonymous() -> None:
    assert told(principal="anonymous").principal == "anonymous"


ROTATE = {"action": "kms:EnableKeyRotation", "resource": "arn:aws:kms:eu-west-1:444455556666:key/1"}


def test_what_never_works_across_accounts_says_so() -> None:
    both = {"identity_policies": [policy(statement("Allow", Action="*"))], "resource_account": None}
    found = told(**ROTATE, **both, resource_policy=policy(statement("Allow", Action="*", Principal="*")))
    assert found.summary == "denied: this action is never allowed across accounts"


def test_a_service_has_no_account_to_be_across_from() -> None:
    named = {"Service": "lambda.amazonaws.com"}
    found = told(
        **ROTATE,
        principal="lambda.amazonaws.com",
        resource_account=None,
        resource_policy=policy(statement("Allow", Action="*", Principal=named)),
    )
    assert found.summary == "allowed: resource[0] Statement[0]"


def test_a_grant_that_may_be_the_callers_is_told_as_open() -> None:
    acl = [{"Grantee": {"Type": "CanonicalUser", "ID": "79a59df9"}, "Permission": "READ"}]
    found = told(resource_account="444455556666", s3={"object_ownership": "ObjectWriter", "object_acl": acl})
    assert layer(found, "resource").verdict == "conditional"


def test_whose_bucket_it_is_does_not_matter_where_its_allow_is_needed_in_any_case() -> None:
    found = told(
        resource_account=None,
        switches={"explicit_services": ["s3"]},
        identity_policies=[policy(statement("Allow"))],
    )
    assert layer(found, "resource").text.startswith("its Allow is needed")


def test_what_no_policy_decides_says_so() -> None:
    found = told(action="sts:GetCallerIdentity", resource="*", identity_policies=[policy(statement("Deny"))])
    assert (found.decision, found.summary, found.layers) == ("allowed", "allowed: no policy governs it", ())


def test_a_call_of_several_requests_has_an_explanation_for_each() -> None:
    found = told(
        action="lambda:InvokeFunctionUrl",
        resource="arn:aws:lambda:eu-west-1:111122223333:function:f",
        identity_policies=[policy(statement("Allow", Action="lambda:InvokeFunctionUrl"))],
    )
    assert [(one.action, one.decision) for one in found.parts] == [
        ("lambda:InvokeFunctionUrl", "allowed"),
        ("lambda:InvokeFunction", "denied"),
    ]


def test_a_call_of_one_request_has_no_parts() -> None:
    assert told(identity_policies=[policy(statement("Allow"))]).parts == ()


def test_a_key_that_the_service_does_not_supply_is_told_as_not_known() -> None:
    """PASS-02: tags of a role that is passed are not to be relied on, whatever the question says of them."""
    condition = {"StringEquals": {"aws:ResourceTag/team": "blue"}}
    found = told(
        action="iam:PassRole",
        resource="arn:aws:iam::111122223333:role/App",
        context={"aws:ResourceTag/team": "blue"},
        identity_policies=[policy(statement("Allow", Action="iam:PassRole", condition=condition))],
    )
    (one,) = layer(found, "identity").statements[0].conditions
    assert (one.found, one.state, one.truth) == ((), "unknown", "unknown")


def test_the_tree_is_plain_json() -> None:
    found = told(identity_policies=[policy(statement("Allow"))])
    again = json.loads(json.dumps(as_json(found)))
    assert again["layers"][5]["statements"][0]["policy"] == "identity[0]"
