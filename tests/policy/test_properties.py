"""What holds of every policy, not of chosen ones: R1 (no input stops the evaluator) and R2 (no step adds access that
should not), at the level of one decision.

Some 10,000 generated policies; the file takes half a minute on one core.
"""

from __future__ import annotations

import json
import random
from contextlib import suppress
from typing import Any

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from cloud_entitlements.policy import PolicyProblem, parse_policy
from cloud_entitlements.policy.cases import FIELDS, answer
from cloud_entitlements.policy.condition.operators import FAMILIES

ACCOUNT = "111122223333"
ALICE = f"arn:aws:iam::{ACCOUNT}:user/alice"
CASE = {
    "principal": ALICE,
    "action": "s3:GetObject",
    "resource": "arn:aws:s3:::shelf/a/b:c",
    "resource_account": ACCOUNT,
    "missing_context": "absent",
}
few = settings(max_examples=300, deadline=None)
many = settings(max_examples=3000, deadline=None)

# ---- policies out of few parts, so that they meet often

ACTIONS = ["s3:GetObject", "S3:get*", "s3:*", "*", "s3:Put*", "s3:Get?bject", "ec2:*", "*:GetObject"]
RESOURCES = [
    "*", "arn:aws:s3:::shelf/*", "arn:aws:s3:::shelf/a/?:c", "arn:aws:s3:::other/*", "arn:aws:s3", "arn:aws:s3:*",
    "arn:aws:s3:::shelf/${aws:PrincipalTag/t}*", "arn:aws:s3:::shelf/${s3:prefix, 'a'}/b:c",
]  # fmt: skip
PLAIN = ["aws:PrincipalTag/t", "s3:prefix", "s3:max-keys"]
SETS = ["aws:TagKeys"]
VALUES = [
    "", "a", "A", "ab", "aB", "AB", "b", "a*", "*a", "*", "?", "??", "a?", "?*", "*a*b*", "a*b", "other", "${*}",
    "${aws:PrincipalTag/t}", "a${s3:prefix}*", "${aws:PrincipalTag/t, 'a'}", "${aws:username}", "alice",
    "1", "01", "2", "1.5", "-3", "x", "true", "FALSE",
    "10.0.0.0/8", "10.1.0.0/16", "128.0.0.0/1", "0.0.0.0/0", "::/0", "2001:db8::/32", "10.0.0.1", "::1/64",
    "2026-01-01", "2026-01-01T00:00:00.001Z", "1767225600", "9999999999999",
    "arn:aws:s3:::a", "arn:aws:s3:::*", "arn:aws:*:::a", "arn:*:*:*:*:*", "arn:?*:s3:::a", "arn:aws:s3:::a:b",
]  # fmt: skip
GIVEN = [
    "", "a", "A", "ab", "aB", "Ab", "AB", "b", "B", "aab", "a*", "*", "?", "x", "xy", "y", "axb", "other", "another", "alice",
    "1", "2", "1.25", "1.50", "0", "-3", "-4", "7", "1e0", "true", "True", "false",
    "10.0.0.1", "10.1.0.0", "10.2.0.0", "11.0.0.0", "9.255.255.255", "127.0.0.1", "200.0.0.1", "::1", "2001:db8::5", "fe80::1",
    "::ffff:10.0.0.1", "2026-01-01T00:00:00Z", "2026-01-01T00:00:00.001Z", "2026-01-01T00:00:00.002Z", "2025-12-31",
    "2027-06-01", "9999999999999", "arn:aws:s3:::a", "arn:aws:s3:::b", "arn:aws:sqs:::a", "arn:x:y:z:1:2", "arn:::::",
    "arn:aws:s3:::a:b", "arn::s3:::a", "arn:aws:s3::a",
]  # fmt: skip


# made by a seed: hypothesis chooses it, and stays quick where it would draw each of fifty parts by itself
seeds = st.integers(0, 2**64).map(random.Random)


def an_operator(chance: random.Random) -> str:
    if chance.random() < 0.07:
        return "Null"
    prefix = chance.choice(["", "", "", "ForAllValues:", "ForAnyValue:"])
    name = chance.choice(
        [*FAMILIES, *["StringEquals", "StringLike", "StringNotEquals", "StringEqualsIgnoreCase"] * 2]
    )
    return prefix + name + chance.choice(["", "", "IfExists"])


def a_condition(chance: random.Random) -> dict[str, Any]:
    """Few keys, asked by many operators; now and then one that does not suit the key."""
    return {
        an_operator(chance): {
            chance.choice([*PLAIN, *SETS]): chance.sample(VALUES, chance.choice([0, 1, 1, 1, 2, 2, 3]))
            for _ in range(chance.choice([1, 1, 1, 2]))
        }
        for _ in range(chance.choice([0, 1, 1, 2]))
    }


def a_statement(chance: random.Random, effect: str = "") -> dict[str, Any]:
    return {
        "Effect": effect or chance.choice(["Allow", "Allow", "Deny"]),
        chance.choice(["Action"] * 5 + ["NotAction"]): chance.sample(ACTIONS, chance.choice([1, 1, 2])),
        chance.choice(["Resource"] * 5 + ["NotResource"]): chance.sample(RESOURCES, chance.choice([1, 1, 2])),
        "Condition": a_condition(chance),
    }


def a_policy(chance: random.Random) -> dict[str, Any]:
    version = chance.choice(["2012-10-17"] * 5 + ["2008-10-17"])
    return {"Version": version, "Statement": [a_statement(chance) for _ in range(chance.randint(1, 4))]}


FAMILY = {
    "String": VALUES[:23],
    "Numeric": ["1", "01", "2", "1.5", "-3", "x", "1e30", "9"],
    "Date": ["2026-01-01", "2026-01-01T00:00:00.001Z", "1767225600", "9999999999999", "x", "-5"],
    "IP": [value for value in VALUES if "/" in value and "arn" not in value] + ["10.0.0.1", "::1", "x"],
    "ARN": [value for value in VALUES if value.startswith("arn:")] + ["x"],
    "Bool": ["true", "FALSE", "x"],
    "Binary": ["a", "A", ""],
}


def a_narrow_policy(chance: random.Random) -> dict[str, Any]:
    """Allow and Deny about one key, in one family of operators: here the cases of the key must be cut just right."""
    key, kind = chance.choice([*PLAIN, *SETS]), chance.choice(["String", "String", *FAMILY])
    names = [name for name, (family, _) in FAMILIES.items() if family.name.split(" ")[0] == kind]
    prefixes = ["", "ForAllValues:", "ForAnyValue:"] if key in SETS else ["", "", "", "ForAllValues:"]

    def one(effect: str) -> dict[str, Any]:
        operator = chance.choice(prefixes) + chance.choice(names) + chance.choice(["", "", "IfExists"])
        values = chance.sample(FAMILY[kind], min(chance.choice([1, 1, 2, 3]), len(FAMILY[kind])))
        condition = {operator: {key: values}}
        return {"Effect": effect, "Action": ["s3:*"], "Resource": ["*"], "Condition": condition}

    effects = ["Allow", *chance.choices(["Allow", "Deny"], k=chance.randint(1, 3))]
    return {"Version": "2012-10-17", "Statement": [one(effect) for effect in effects]}


def a_context(chance: random.Random) -> dict[str, Any]:
    made: dict[str, Any] = {key: chance.choice(GIVEN) for key in PLAIN if chance.random() < 0.8}
    if chance.random() < 0.8:
        made["aws:TagKeys"] = chance.sample(GIVEN, chance.randint(1, 3))
    return made


def some(chance: random.Random) -> dict[str, Any]:
    """Circumstances, half of them with keys that are not known."""
    return {"context": a_context(chance), "missing_context": chance.choice(["unknown", "absent"])}


def ask(policy: Any, **more: Any) -> dict[str, Any]:
    found = answer({**CASE, "identity_policies": [policy], **more})
    assert "error" not in found, found
    return found


def allows(policy: Any, **more: Any) -> bool:
    return bool(ask(policy, **more)["decision"] == "allowed")


# ---- R1


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda below: st.lists(below, max_size=3) | st.dictionaries(st.text(max_size=5), below, max_size=3),
    max_leaves=8,
)
ODD = [
    '"',
    "{",
    "}",
    "\\",
    "\\u12",
    "1" * 500,
    "1" * 5000,
    "1e5",
    "٣",
    "\x00",
    "[",
    "[" * 2000,
    "\ud800",
    ",",
]
CONTEXTS = 20
WORDS = [
    "Version",
    "Statement",
    "Effect",
    "Action",
    "NotAction",
    "Resource",
    "Principal",
    "Condition",
    "Sid",
    "Id",
]


@many
@given(seeds, JSON, st.sampled_from(WORDS))
def test_any_document_is_read_or_refused(chance: random.Random, put: Any, word: str) -> None:
    made = a_policy(chance)
    chance.choice([made, made["Statement"][0]])[word] = put
    for document in (made, put):
        for source in (document, json.dumps(document)):
            with suppress(PolicyProblem):
                parse_policy(source)


@many
@given(seeds, st.text(max_size=3) | st.sampled_from(ODD))
def test_any_text_is_read_or_refused(chance: random.Random, put: str) -> None:
    text = json.dumps(a_policy(chance), ensure_ascii=chance.random() < 0.5)
    for _ in range(4):
        at = chance.randint(0, len(text))
        with suppress(PolicyProblem):
            parse_policy(text[:at] + put + text[at + chance.randint(0, 3) :])


@few
@given(st.dictionaries(st.sampled_from(sorted(FIELDS)), JSON))
def test_any_case_is_answered(fields: dict[str, Any]) -> None:
    assert {"decision", "error"} & set(answer({**CASE, **fields}))


# ---- R2


@many
@given(seeds)
def test_a_deny_more_and_an_allow_less_never_grant(chance: random.Random) -> None:
    policy, given = a_policy(chance), some(chance)
    before = ask(policy, **given)
    # an answer that was not worked out may become one that is, when less is asked
    assume(before["decision"] == "denied" or (before["decision"] == "conditional" and before["minimised"]))
    more = [*policy["Statement"], a_statement(chance, "Deny")]
    assert not allows({**policy, "Statement": more}, **given), (policy, more[-1], given)
    for allow in (one for one in policy["Statement"] if one["Effect"] == "Allow"):
        less = [one for one in policy["Statement"] if one is not allow]
        assert not allows({**policy, "Statement": less}, **given), (policy, allow, given)


@many
@given(seeds)
def test_order_case_and_form_do_not_matter(chance: random.Random) -> None:
    policy, given = a_policy(chance), some(chance)
    found = ask(written_otherwise(policy, chance), **given)["decision"]
    assert found == ask(policy, **given)["decision"], (policy, given)


def written_otherwise(policy: dict[str, Any], chance: random.Random) -> dict[str, Any]:
    mixed: dict[str, Any] = json.loads(json.dumps(policy))
    chance.shuffle(mixed["Statement"])
    for one in mixed["Statement"]:
        for name in {"Action", "NotAction"} & set(one):
            one[name] = [action.swapcase() for action in one[name]]
        for name in {"Action", "NotAction", "Resource", "NotResource"} & set(one):
            chance.shuffle(one[name])
            one[name] = one[name][0] if len(one[name]) == 1 else one[name]
        for keys in one["Condition"].values():
            keys.update({key: values[0] for key, values in keys.items() if len(values) == 1})
    if len(mixed["Statement"]) == 1:
        mixed["Statement"] = mixed["Statement"][0]
    return mixed


@many
@given(seeds)
def test_what_is_certain_without_a_context_is_so_in_every_context(chance: random.Random) -> None:
    """TRI-02, TRI-05: neither three values nor the splitting of keys settles what a context could change."""
    policy, known = chance.choice([a_policy, a_narrow_policy])(chance), a_context(chance)
    kept = {key: known[key] for key in known if chance.random() < 0.2}
    decision = ask(policy, missing_context="unknown", context=kept)["decision"]
    if decision == "conditional":
        return
    for _ in range(CONTEXTS):
        context = {**a_context(chance), **kept}
        assert ask(policy, context=context)["decision"] == decision, (policy, kept, context)
