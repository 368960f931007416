"""What others may import from the package: a change here is a change for them."""

from cloud_entitlements import policy


def test_the_public_list() -> None:
    assert policy.__all__ == [
        "UNREAD",
        "Decision",
        "Explanation",
        "Home",
        "MalformedPolicy",
        "MalformedRequest",
        "Policy",
        "PolicyProblem",
        "PolicyStack",
        "Request",
        "Switches",
        "evaluate",
        "explain",
        "lint",
        "parse_policy",
    ]
    assert all(hasattr(policy, name) for name in policy.__all__)
