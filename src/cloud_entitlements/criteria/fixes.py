"""Fixes filled in for one identity: what is to be pasted is quoted for where it is pasted, for names are hostile text.

What depends on how the identity holds the policy stands here once: attached, inline, or through a group.
"""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from cloud_entitlements.criteria.criterion import Fix

_PLACE = re.compile(r"\{(name|arn|account|partition|key|policy|type|group|other)\}")
_STEP = re.compile(r"\{(remove|remove_resource|take_away|narrow|give_to_group|group_policy)\}")
_DETACH = "aws iam detach-{type}-policy --{type}-name {name} --policy-arn {policy}"
_DELETE = "aws iam delete-{type}-policy --{type}-name {name} --policy-name {policy}"
_VERSION = "aws iam create-policy-version --policy-arn {policy} --policy-document file://narrowed.json --set-as-default"
_PUT = "aws iam put-{type}-policy --{type}-name {name} --policy-name {policy} --policy-document file://narrowed.json"
_INSTEAD = "# a policy of AWS can't be changed: one of your own takes its place\naws iam create-policy --policy-name narrowed --policy-document file://narrowed.json\n"
_OWN = "arn:{partition}:iam::{account}:policy/narrowed"
_EITHER = "\n# or, where it is inline\n"
_STEPS: Mapping[str, Mapping[str, str]] = {
    "remove": {
        "": "remove {policy}",
        "group": "take {name} out of the group {group}, or take {policy} from the group",
    },
    "remove_resource": {
        "": "remove the aws_iam_{type}_policy_attachment or aws_iam_{type}_policy of {policy} to {name}",
        "attached": "remove the aws_iam_{type}_policy_attachment of {policy} to {name}",
        "inline": "remove the aws_iam_{type}_policy {policy} of {name}",
        "group": "remove the group {group} from the aws_iam_user_group_membership of {name}, or {policy} from the group",
    },
    "take_away": {
        "": f"{_DETACH}{_EITHER}{_DELETE}",
        "attached": _DETACH,
        "inline": _DELETE,
        "group": "aws iam remove-user-from-group --user-name {name} --group-name {group}",
    },
    "narrow": {
        "": f"{_VERSION}{_EITHER}{_PUT}",
        "attached": _VERSION,
        "attached, AWS's": f"{_INSTEAD}aws iam attach-{{type}}-policy --{{type}}-name {{name}} --policy-arn {_OWN}\n{_DETACH}",
        "inline": _PUT,
        "group": _VERSION,
        "group, AWS's": f"{_INSTEAD}aws iam attach-group-policy --group-name {{group}} --policy-arn {_OWN}\n"
        "aws iam detach-group-policy --group-name {group} --policy-arn {policy}",
        "group, inline": "aws iam put-group-policy --group-name {group} --policy-name {policy} --policy-document file://narrowed.json",
    },
    "give_to_group": {
        "": "aws iam attach-group-policy --group-name {group} --policy-arn {policy}",
        "inline": "aws iam get-user-policy --user-name {name} --policy-name {policy} --query PolicyDocument > policy.json\n"
        "aws iam put-group-policy --group-name {group} --policy-name {policy} --policy-document file://policy.json",
    },
    "group_policy": {
        "": 'resource "aws_iam_group_policy_attachment" "policy" {\n  group      = aws_iam_group.group.name\n  policy_arn = {policy}\n}',
        "inline": 'resource "aws_iam_group_policy" "policy" {\n  name   = {policy}\n  group  = aws_iam_group.group.name\n  policy = file("policy.json")\n}',
    },
}
"""By step and how the policy is held; the beginning of it counts where the whole is not listed, and empty is every other."""


@dataclass(frozen=True, slots=True)
class Filled:
    console: str
    cli: str
    terraform: str


def facts(name: str, arn: str, type_: str, evidence: Iterable[tuple[str, ...]]) -> Mapping[str, str]:
    """Of an identity for `filled`. `evidence`: policy, access key and account of each piece, as evidence has
    them, or empty.
    """
    told = list(evidence)
    policy, _, group = next((one for one, *_ in told if one), "").partition(" through group ")
    _, partition, _, _, account, *_ = [*arn.split(":"), *[""] * 5]
    return {
        "name": name,
        "arn": arn,
        "account": account,
        "partition": partition,
        "type": type_,
        "group": name if type_ == "group" else group,
        "key": next((key for _, key, _ in told if key), ""),
        "other": next((other for _, _, other in told if other), ""),
        "policy": policy.removeprefix("inline policy "),
        "held": _held(policy, group),
    }


def _held(policy: str, group: str) -> str:
    inline = policy.startswith("inline policy ")
    if not policy:
        return ""
    aws = re.match(r"arn:[\w-]+:iam::aws:", policy) is not None
    more = ", inline" if inline else ", AWS's" if aws else ""
    if group:
        return f"group{more}"
    return "inline" if inline else f"attached{more}"


def filled(fix: Fix, facts: Mapping[str, str]) -> Filled:
    """`facts`: as `facts` gives them. What is not known, or no name that can be pasted, stays as its placeholder, in
    capitals.
    """
    return Filled(
        _fill(fix.console, facts, str),
        _fill(fix.cli, facts, shlex.quote),
        _fill(fix.terraform, facts, _terraform),
    )


def general(fix: Fix) -> Filled:
    """Of no identity: placeholders in capitals."""
    return filled(fix, {"partition": "aws"})


def _fill(text: str, facts: Mapping[str, str], quote: Callable[[str], str]) -> str:
    def step(found: re.Match[str]) -> str:
        ways, held = _STEPS[found[1]], facts.get("held", "")
        return ways.get(held) or ways.get(held.partition(",")[0]) or ways[""]

    def put(found: re.Match[str]) -> str:
        name, given = found[1], facts.get(found[1], "")
        # a line end would break out of a comment, however it is quoted
        known = given if given and given.isprintable() else name.upper()
        return known if name == "type" else quote(known)  # types are ours, and stand within words

    return _PLACE.sub(put, _STEP.sub(step, text))


def _terraform(text: str) -> str:
    """A string of HCL: `${` and `%{` would begin a template."""
    return json.dumps(text).replace("${", "$${").replace("%{", "%%{")
