"""Errors that other tools are known to make: each is shown not to be made here, by cases that begin with its number."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path

import pytest

from cloud_entitlements.policy.cases import cases_in

CASES = Path(__file__).parents[2] / "tests" / "cases" / "policy"
ERRORS = {
    1: "an Allow whose condition fails spoils another Allow",
    2: "Deny with NotResource is not understood",
    3: "StringEquals matches an absent key, or an operator is ignored",
    4: "a Deny in a trust policy is overlooked",
    5: "actions depend on case, `?` is no wildcard, `${aws:username}` stays as it is",
    6: "a dot in a pattern is any character",
    7: "StringNotLike is false on an absent key",
    8: "a star of ArnLike crosses the colons of the first five segments",
    9: "resources match in any case",
    10: "defaults of variables are not used; plus and brackets have a meaning",
    11: "boundary and session policy limit a session that a bucket policy names, or not the role that it names",
    12: "service control policies and boundaries don't hold for administrators",
    13: "across accounts one side is enough",
    14: "a policy that serves as a boundary alone gives permissions",
    15: "root has no permissions, or nothing limits it",
    16: "`${…}` is replaced in a policy without Version",
    17: "a service-linked role is under service control policies",
    18: "a resource's Allow wins over an explicit Deny in a boundary",
    19: "ForAllValues is false on an absent key, or ForAnyValue true when negated",
    20: "`aws:PrincipalArn` in a resource policy is not understood",
    21: "one of several conditions is enough",
    22: "Allow with NotAction of an action that does not exist gives nothing",
    23: "a boundary is taken for a grant",
    24: "conditions, resources and NotAction of a service control policy's Allow are not judged",
    25: "resource control policies reach every service, or the management account",
    26: "a key with many values matches a plain operator",
    27: "NotPrincipal with Deny spares whoever has a boundary",
    28: "one permission is enough for a function's URL",
    29: "`sts:GetCallerIdentity` can be denied",
}
NAMED = Counter(
    int(found[1])
    for folder in ("known-errors", "known-errors-decision")
    for file in (CASES / folder).glob("*.json")
    for case in cases_in(json.loads(file.read_text(encoding="utf-8")))
    if (found := re.match(r"(?:Error )?(\d+): ", case["name"]))
)


@pytest.mark.parametrize("number", ERRORS, ids=lambda number: f"{number}: {ERRORS[number]}")
def test_an_error_of_other_tools_is_shown_by_two_cases(number: int) -> None:
    assert NAMED[number] >= 2


def test_cases_name_no_error_that_is_not_told_here() -> None:
    assert set(NAMED) <= set(ERRORS)
