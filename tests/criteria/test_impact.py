"""Impact: each example of the page, AWS's own policies, and what must hold of every set of policies."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import pytest

from cloud_entitlements.access.index.universe import names
from cloud_entitlements.criteria import Assessed, impact_of
from cloud_entitlements.criteria.attack_values import ATTACK_VALUES, GIVES_PERMISSIONS_EVERYWHERE
from cloud_entitlements.criteria.impact import EVERY, LEAST, LETTERS, SOME, WEIGHTS, classes, points_of
from cloud_entitlements.criteria.levels import actions, at_level, every_action
from cloud_entitlements.criteria.passed_roles import STARTERS, starter_of
from cloud_entitlements.criteria.subject import Reach, Subject
from cloud_entitlements.policy.catalogue import known_action

from .pages import rows_under
from .world import assessed

REACH = {"some": SOME, "every": EVERY}
PASSED, OWN, MANAGED = "Roles that are passed", "One's own credentials", "AWS's own policies"
STATEMENTS = (*rows_under(PASSED), *rows_under(OWN))


def _document(statements: Any) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": statements}


@pytest.fixture(scope="module")
def managed_policies() -> Mapping[str, Any]:
    from moto.iam.models import aws_managed_policies_data

    found: Mapping[str, Any] = json.loads(aws_managed_policies_data)
    return found


@pytest.fixture(scope="module")
def examples(
    tmp_path_factory: pytest.TempPathFactory, managed_policies: Mapping[str, Any]
) -> Mapping[str, Assessed]:
    """A user for each example, `user/example-3`, and for each policy of AWS, `user/ReadOnlyAccess`."""
    policies = {name: managed_policies[name]["Document"] for name, *_ in rows_under(MANAGED)}
    users: list[dict[str, Any]] = [{"name": name, "attached": [name]} for name in policies]
    for number, (statements, *_) in enumerate(STATEMENTS):
        users.append({"name": f"example-{number}", "inline": {"one": _document(json.loads(statements))}})
    return assessed({"policies": policies, "users": users}, tmp_path_factory.mktemp("examples"))


def test_the_page_has_the_weights_that_are_used() -> None:
    assert {name: int(weight) for name, weight in rows_under("Weights of access levels")} == WEIGHTS


def test_the_page_has_the_attack_values_that_are_used() -> None:
    told = [(what, float(value)) for what, value in rows_under("Attack values")]
    assert told == [(one.what, one.value) for one in ATTACK_VALUES]


def test_the_page_has_the_reaches_that_are_used() -> None:
    assert [int(reach) for _, reach in rows_under("Reach")] == [SOME, EVERY]


def test_the_page_has_the_points_from_which_letters_are_given() -> None:
    assert {letter: int(points) for points, letter, _ in rows_under("Letters")} == LEAST


@pytest.mark.parametrize("example", rows_under("One action at a time"), ids=" ".join)
def test_an_action_has_the_points_that_the_page_says(example: tuple[str, ...]) -> None:
    action, on, level, value, points, letter = example
    assert actions(action) & at_level(level)  # type: ignore[arg-type]
    assert points_of(action, REACH[on]) == int(points) == int(WEIGHTS[level] * float(value) * REACH[on])  # type: ignore[index]
    only = actions(action)
    held = Reach(0, only if on == "every" else 0, only, 0)
    assert impact_of(_somebody(held)).letter == letter


@pytest.mark.parametrize("number", range(len(STATEMENTS)))
def test_statements_have_the_impact_that_the_page_says(number: int, examples: Mapping[str, Assessed]) -> None:
    _, letter, because = STATEMENTS[number]
    found = examples[f"user/example-{number}"].impact
    assert found.letter == letter, found.text
    assert because in [one.text for one in found.reasons]


@pytest.mark.parametrize("example", rows_under(MANAGED), ids=lambda row: row[0])
def test_a_policy_of_aws_has_the_impact_that_the_page_says(
    example: tuple[str, ...], examples: Mapping[str, Assessed]
) -> None:
    name, letter, action = example
    one = examples[f"user/{name}"]
    assert one.impact.letter == letter, one.impact.text
    if action:
        reach = one.subject.reach
        gravest = [
            each for each in classes(starts=bool(starter_of(reach))) if each.points == one.impact.points
        ]
        assert any(each.held(reach) & actions(action) for each in gravest), one.impact.text


def test_the_reason_says_that_identity_center_is_administered_from_one_account(
    examples: Mapping[str, Assessed],
) -> None:
    found = examples["user/PowerUserAccess"].impact
    assert {one.what for one in found.reasons} == {GIVES_PERMISSIONS_EVERYWHERE.what}
    assert found.text.endswith("if its account administers Identity Center or the organization")
    assert "if its account" not in examples["user/AdministratorAccess"].impact.text


def test_reasons_are_few_and_the_rest_is_counted(examples: Mapping[str, Assessed]) -> None:
    found = examples["user/AdministratorAccess"].impact
    gravest = [one for one in classes(starts=True) if one.points == found.points]
    assert len(found.reasons) == 3
    assert found.more == sum(one.actions.bit_count() for one in gravest) - 3
    assert found.text.endswith(f"and {found.more} more")


def test_what_starts_code_is_nothing_to_who_may_pass_no_role() -> None:
    starting, passing = actions("lambda:CreateFunction"), actions("iam:PassRole")
    anywhere = ("*",)
    assert starter_of(Reach(0, 0, starting, 0, anywhere)) == ""
    assert starter_of(Reach(0, passing, passing, 0, anywhere)) == ""
    assert starter_of(Reach(0, passing, passing | starting, 0, ())) == ""
    assert starter_of(Reach(0, passing, passing | starting, 0, anywhere)) == "lambda:CreateFunction"


@pytest.mark.parametrize(
    ("pattern", "is_taken"),
    [
        ("lambda.amazonaws.com", True),
        ("lambda.amazonaws.com.cn", True),
        ("lambda.*", True),
        ("*", True),
        ("Lambda.amazonaws.com", False),
        ("ec2.amazonaws.com", False),
        ("lambda", False),
    ],
)
def test_a_role_is_taken_by_the_service_that_a_condition_names(pattern: str, is_taken: bool) -> None:
    held = actions("iam:PassRole", "lambda:CreateFunction")
    assert bool(starter_of(Reach(0, held, held, 0, (pattern,)))) == is_taken


@pytest.mark.parametrize(
    "text",
    [
        "organizations:UpdatePolicy on all policies",
        "kms:CreateAlias on all aliases",
        "kms:DisableKey on all keys",
        "ssm:GetParameters on all parameters",
        "s3:PutObjectAcl on all objects",
        "s3:PutBucketPolicy on all buckets",
        "ec2:ModifyInstanceAttribute on all instances",
        "ec2:DeleteVolume on all volumes",
        "iam:PassRole on all roles",
        "s3:PutAccountPublicAccessBlock on everything",
    ],
)
def test_a_reason_names_the_resources_that_the_action_is_about(text: str) -> None:
    held = actions(text.partition(" ")[0])
    found = impact_of(_somebody(Reach(0, held, held, held)))
    assert [one.text for one in found.reasons] == [text]


def test_who_may_do_nothing_is_an_a() -> None:
    assert impact_of(_somebody(Reach(0, 0, 0, 0))).text == "A because: it may do nothing"


@pytest.mark.parametrize(
    "pattern", sorted({name for one in (*ATTACK_VALUES, *STARTERS) for name in one.actions})
)
def test_every_action_of_the_lists_is_known_to_the_catalogue(pattern: str) -> None:
    assert actions(pattern)
    assert "*" in pattern or known_action(pattern) == pattern


def test_no_action_stands_in_two_lists() -> None:
    seen = 0
    for one in ATTACK_VALUES:
        assert not actions(*one.actions) & seen
        seen |= actions(*one.actions)


@pytest.mark.parametrize("starts", [True, False])
def test_every_action_that_a_policy_governs_has_points_in_both_reaches_once(starts: bool) -> None:
    for reach in (SOME, EVERY):
        seen = 0
        for one in classes(starts=starts):
            if one.reach == reach:
                assert not one.actions & seen
                seen |= one.actions
        assert {name.split(":")[0] for name in names(every_action() & ~seen)} <= {"sts", "s3", "iam"}


# Properties: policies at random, each identity with a twin that has one statement more.

SERVICES = ("iam", "s3", "lambda", "ec2", "sso", "sts", "sqs", "logs", "kms", "organizations", "cloudtrail")
TRIES = 250


def _statement(random: Random, effect: str) -> dict[str, Any]:
    service = random.choice(SERVICES)
    known = list(names(actions(f"{service}:*")))
    wanted = random.choice(
        [
            [f"{service}:*"],
            random.sample(known, 3),
            ["iam:PassRole"],
            [f"{service}:{random.choice('CDGPU')}*"],
            ["*"],
        ]
    )
    resource = random.choice(["*", f"arn:aws:{service}:::one", "arn:aws:iam::*:role/*", "arn:aws:s3:::*"])
    condition = random.choice(
        [
            None,
            {"StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}},
            {"Bool": {"aws:SecureTransport": "true"}},
        ]
    )
    found: dict[str, Any] = {"Effect": effect, "Action": wanted, "Resource": resource}
    return {**found, "Condition": condition} if condition else found


def _users(random: Random) -> list[dict[str, Any]]:
    users = []
    for number in range(TRIES):
        base = [
            _statement(random, random.choice(["Allow", "Allow", "Allow", "Deny"]))
            for _ in range(random.randint(1, 4))
        ]
        for name, more in (("base", []), ("allow", ["Allow"]), ("deny", ["Deny"])):
            inline = {"base": _document([*base, *(_statement(random, one) for one in more)])}
            users.append({"name": f"{name}-{number}", "inline": inline})
        lost = ["arn:aws:iam::aws:policy/NotCollected"]
        users.append({"name": f"lost-{number}", "inline": {"base": _document(base)}, "attached": lost})
    return users


@pytest.fixture(scope="module")
def tried(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Assessed]:
    folder: Path = tmp_path_factory.mktemp("tried")
    return assessed({"users": _users(Random(20261125))}, folder)


@pytest.mark.parametrize("number", range(TRIES))
def test_an_allow_never_lowers_it_and_a_deny_never_raises_it(
    number: int, tried: Mapping[str, Assessed]
) -> None:
    base, allow, deny = (tried[f"user/{name}-{number}"].impact for name in ("base", "allow", "deny"))
    assert deny.points <= base.points <= allow.points
    assert LETTERS.index(deny.letter) <= LETTERS.index(base.letter) <= LETTERS.index(allow.letter)


@pytest.mark.parametrize("number", range(TRIES))
def test_with_a_policy_that_was_not_read_it_is_at_least_what_was(
    number: int, tried: Mapping[str, Assessed]
) -> None:
    base, lost = (tried[f"user/{name}-{number}"].impact for name in ("base", "lost"))
    assert lost == replace(base, least=True)
    assert not base.least


def test_the_tries_come_to_every_letter(tried: Mapping[str, Assessed]) -> None:
    assert {one.impact.letter for name, one in tried.items() if name.startswith("user/")} == set(LETTERS)


def _somebody(reach: Reach) -> Subject:
    return Subject("arn:aws:iam::100000000001:user/ada", "user", "100000000001", "ada", reach=reach)
