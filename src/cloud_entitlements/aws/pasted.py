"""What people paste into the wizard, read forgivingly, and refused with the place of the right thing.

Each parser gives the value, or a `Problem` that says what is wrong and what to do. Imports nothing of ours.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

_ROOT = re.compile(r"r-[0-9a-z]{4,32}")
_UNIT = re.compile(r"ou-[0-9a-z]{4,32}-[0-9a-z]{8,32}")
_ORGANIZATION = re.compile(r"o-[0-9a-z]{10,32}")
_ACCOUNT = re.compile(r"\d{12}")
_ROLE_NAME = re.compile(r"[\w+=,.@-]{1,64}", re.ASCII)
_PATH = re.compile(r"/(?:[\x21-\x7e]+/)?")
_ARN_PARTS = 6
_PARTITIONS = ("aws", "aws-cn", "aws-us-gov")

WHERE_ROOT = (
    "in the management account open AWS Organizations > AWS accounts: the root's id, `r-…`, stands under "
    "`Root` at the top of the tree; or run `aws organizations list-roots --query 'Roots[0].Id' --output text`"
)
WHERE_ACCOUNT = (
    "it stands in the console's account menu, or run `aws sts get-caller-identity --query Account`"
)
WHERE_ROLE_ARN = (
    "in CloudFormation open the stack you made, tab Outputs, and copy the value of `RoleArn`: "
    "`arn:aws:iam::123456789012:role/cloud-entitlements/…`"
)


@dataclass(frozen=True, slots=True)
class Problem:
    code: str
    text: str
    fix: str


@dataclass(frozen=True, slots=True)
class Targets:
    """One root id, or one or more unit ids."""

    ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RoleArn:
    arn: str
    partition: str
    account_id: str
    path: str
    name: str

    def in_account(self, account_id: str) -> str:
        """The ARN of the role of the same path and name in another account."""
        return f"arn:{self.partition}:iam::{account_id}:role{self.path}{self.name}"


def parse_targets(pasted: str | Sequence[str]) -> Targets | Problem:
    words = _words(pasted)
    if not words:
        return Problem("target_missing", "the organization id is empty", f"paste the root id: {WHERE_ROOT}")
    problem = next(filter(None, map(_not_a_target, words)), None)
    if problem is not None:
        return problem
    ids = tuple(dict.fromkeys(words))
    roots = [target for target in ids if target.startswith("r-")]
    if len(roots) > 1:
        return Problem("two_roots", "there are two root ids", "an organization has one root: keep that one")
    if roots and len(ids) > 1:
        return Problem(
            "root_with_units",
            f"`{roots[0]}` is the root and already includes every unit",
            "keep the root alone for the whole organization, or the units alone for a part of it",
        )
    return Targets(ids)


def _not_a_target(word: str) -> Problem | None:
    if _ROOT.fullmatch(word) or _UNIT.fullmatch(word):
        return None
    if word.startswith("arn:"):
        return Problem(
            "target_is_arn",
            f"`{word}` is an ARN",
            f"only its last part is wanted, `r-…` or `ou-…`: {WHERE_ROOT}",
        )
    if _ORGANIZATION.fullmatch(word):
        return Problem(
            "target_is_organization",
            f"`{word}` is the id of the organization itself; CloudFormation deploys to its root",
            WHERE_ROOT,
        )
    if _ACCOUNT.fullmatch(word.replace("-", "")):
        return Problem(
            "target_is_account",
            f"`{word}` is an account id",
            f"for a whole organization paste its root id: {WHERE_ROOT}; to connect this account alone choose Account",
        )
    if word.startswith(("r-", "ou-")):
        return Problem(
            "target_malformed",
            f"`{word}` looks cut off or mistyped",
            f"a root id is `r-ab12`, a unit id `ou-ab12-c3d4e5f6`: {WHERE_ROOT}",
        )
    return Problem(
        "target_unknown", f"`{word}` is no root id and no unit id", f"names are not accepted: {WHERE_ROOT}"
    )


def parse_account_id(pasted: str) -> str | Problem:
    word = re.sub(r"[\s\"'-]", "", pasted)
    if _ACCOUNT.fullmatch(word):
        return word
    if not word:
        return Problem("account_missing", "the account id is empty", f"paste the 12 digits: {WHERE_ACCOUNT}")
    if (
        _ROOT.fullmatch(pasted.strip())
        or _UNIT.fullmatch(pasted.strip())
        or _ORGANIZATION.fullmatch(pasted.strip())
    ):
        return Problem(
            "account_is_organization",
            f"`{pasted.strip()}` belongs to an organization",
            "choose Organization instead of Account",
        )
    return Problem(
        "account_malformed",
        f"`{pasted.strip()}` is no account id",
        f"it has exactly 12 digits: {WHERE_ACCOUNT}",
    )


def parse_role_arn(
    pasted: str, expected_account: str | None = None, expected_partition: str | None = None
) -> RoleArn | Problem:
    word = re.sub(r"[\s\"'`\u200b\ufeff]", "", pasted)
    if not word:
        return Problem("role_missing", "the RoleArn is empty", WHERE_ROLE_ARN)
    parts = word.split(":", 5)
    if len(parts) != _ARN_PARTS or parts[0] != "arn":
        return Problem("role_not_arn", f"`{word}` is no ARN", WHERE_ROLE_ARN)
    problem = _not_a_role(word, parts) or _elsewhere(parts, expected_account, expected_partition)
    if problem is not None:
        return problem
    path, _, name = parts[5].removeprefix("role").rpartition("/")
    return RoleArn(arn=word, partition=parts[1], account_id=parts[4], path=f"{path}/", name=name)


@dataclass(frozen=True, slots=True)
class PrincipalArn:
    arn: str
    partition: str
    account_id: str
    kind: str
    """`role` or `user`."""


_PRINCIPAL = re.compile(
    r"arn:(?P<partition>aws|aws-cn|aws-us-gov):iam::(?P<account>\d{12}):(?P<kind>role|user)/(?P<name>[\x21-\x7e]{1,600})",
    re.ASCII,
)


def parse_principal_arn(pasted: str, expected_partition: str) -> PrincipalArn | Problem:
    """The role or user that the platform is to run as."""
    word = re.sub(r"[\s\"'`\u200b\ufeff]", "", pasted)
    found = _PRINCIPAL.fullmatch(word)
    if found is None:
        what = (
            "a session, which has lost its role's path"
            if ":assumed-role/" in word
            else "no ARN of a role or a user"
        )
        return Problem(
            "principal_malformed",
            f"`{word}` is {what}",
            "`arn:aws:iam::123456789012:role/path/name`, as `aws iam get-role --role-name NAME --query Role.Arn` prints it",
        )
    if found["partition"] != expected_partition:
        return Problem(
            "principal_other_partition",
            f"it is in the partition `{found['partition']}`, and everything connected is in `{expected_partition}`",
            "credentials never reach across partitions: run an installation in each",
        )
    return PrincipalArn(word, found["partition"], found["account"], found["kind"])


_OTHER_KINDS = {
    ("sts", "assumed-role"): "a session of a role, not the role",
    ("iam", "user"): "a user",
    ("iam", "group"): "a group",
    ("iam", "policy"): "a policy",
    ("iam", "instance-profile"): "an instance profile, not its role",
    ("cloudformation", "stack"): "the stack, not its output",
    ("cloudformation", "stackset"): "the StackSet, not the stack's output",
}


def _not_a_role(word: str, parts: list[str]) -> Problem | None:
    _, partition, service, _, account, resource = parts
    kind, _, rest = resource.partition("/")
    other = _OTHER_KINDS.get((service, kind))
    if other is not None:
        return Problem("role_other_kind", f"`{word}` names {other}", WHERE_ROLE_ARN)
    if service != "iam" or kind != "role" or not rest:
        return Problem("role_other_kind", f"`{word}` is not the ARN of a role", WHERE_ROLE_ARN)
    if partition not in _PARTITIONS:
        return Problem("role_partition_unknown", f"`{partition}` is no partition of AWS", WHERE_ROLE_ARN)
    if not _ACCOUNT.fullmatch(account):
        return Problem("role_account_malformed", f"`{account}` in it is no account id", WHERE_ROLE_ARN)
    path, _, name = resource.removeprefix("role").rpartition("/")
    if not _ROLE_NAME.fullmatch(name) or not _PATH.fullmatch(f"{path}/"):
        return Problem("role_malformed", f"`{word}` is cut off or mistyped", WHERE_ROLE_ARN)
    return None


def _elsewhere(
    parts: list[str], expected_account: str | None, expected_partition: str | None
) -> Problem | None:
    if expected_partition is not None and parts[1] != expected_partition:
        return Problem(
            "role_other_partition",
            f"the role is in the partition `{parts[1]}`, this installation in `{expected_partition}`",
            "credentials never reach across partitions: run an installation in each",
        )
    if expected_account is not None and parts[4] != expected_account:
        return Problem(
            "role_other_account",
            f"the role is in account `{parts[4]}`, this connection is for `{expected_account}`",
            f"create the stack in `{expected_account}`, then copy its RoleArn",
        )
    return None


def _words(pasted: str | Sequence[str]) -> list[str]:
    text = pasted if isinstance(pasted, str) else " ".join(pasted)
    return [
        word.lower() if word.lower().startswith(("r-", "ou-", "o-")) else word
        for word in re.split(r"[\s,;\"']+", text)
        if word
    ]
