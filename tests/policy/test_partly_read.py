"""A resource with several policies, one of which was not read: what it says can't be ruled out (TRI-08).

A case has one resource policy; whoever asks the library may have more.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from cloud_entitlements.policy import UNREAD, Decision, evaluate
from cloud_entitlements.policy.cases import read_request, read_stack
from cloud_entitlements.policy.stack import PolicySet

ABROAD: dict[str, Any] = {
    "principal": "arn:aws:iam::111122223333:user/alice",
    "action": "sqs:SendMessage",
    "resource": "arn:aws:sqs:eu-west-1:444455556666:jobs",
    "missing_context": "absent",
    "identity_policies": [
        {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}
    ],
}


def queue_policy(effect: str) -> dict[str, Any]:
    named = {"AWS": "arn:aws:iam::111122223333:user/alice"}
    statement = {"Effect": effect, "Principal": named, "Action": "sqs:*", "Resource": "*"}
    return {"Version": "2012-10-17", "Statement": statement}


def decision(*effects: str) -> Decision:
    read: PolicySet = read_stack({"resource_policy": queue_policy(effects[0])}).resource if effects else ()  # type: ignore[assignment]
    return evaluate(replace(read_stack(ABROAD), resource=(UNREAD, *read)), read_request(ABROAD))


def test_it_may_allow_what_no_other_does() -> None:
    found = decision()
    assert (found.outcome, found.incomplete) == ("conditional", ("resource",))


def test_it_may_deny_what_another_allows() -> None:
    found = decision("Allow")
    assert (found.outcome, found.incomplete) == ("conditional", ("resource",))


def test_a_deny_that_was_read_holds_beside_it() -> None:
    found = decision("Deny")
    assert (found.outcome, found.denied_by, found.explicit_deny) == ("denied", ("resource",), True)
