"""Organizations of any size as the files that `ciem snapshot import` takes: alike where real ones are, and unlike where they are.

A hundred identities an account: roles that a template put everywhere, roles of applications with policies of their own,
service-linked roles, people. Control policies on units, boundaries, conditions, policies of resources.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

PER_ACCOUNT = 100
APPS = 65
"""Of them, roles of applications."""
MANAGEMENT = "100000000000"
ORGANIZATION, ROOT = "o-benchmark1", "r-bm01"
UNITS = tuple(f"ou-bm01-{number:08d}" for number in range(20))
REGION = "eu-central-1"
_SERVICES = ("s3", "sqs", "dynamodb", "kms", "secretsmanager", "lambda", "sns", "ec2", "logs", "ecr")
_VERBS = {
    "s3": ("GetObject", "PutObject", "ListBucket", "DeleteObject", "Get*", "List*", "*"),
    "sqs": ("SendMessage", "ReceiveMessage", "DeleteMessage", "*"),
    "dynamodb": ("GetItem", "PutItem", "Query", "Batch*", "*"),
    "kms": ("Decrypt", "Encrypt", "GenerateDataKey*"),
    "secretsmanager": ("GetSecretValue", "DescribeSecret"),
    "lambda": ("InvokeFunction", "UpdateFunctionCode", "Get*"),
    "sns": ("Publish", "Subscribe"),
    "ec2": ("Describe*", "StartInstances", "TerminateInstances", "RunInstances"),
    "logs": ("PutLogEvents", "CreateLogStream", "Get*"),
    "ecr": ("BatchGetImage", "GetDownloadUrlForLayer", "GetAuthorizationToken"),
}


def account_ids(identities: int) -> list[str]:
    return [str(int(MANAGEMENT) + number) for number in range(max(1, identities // PER_ACCOUNT))]


def written(folder: Path, identities: int, seed: int = 7) -> dict[str, Any]:
    """Files below `folder`: `accounts/`, `organization.json`, `resources.json`. Returns their paths."""
    accounts = account_ids(identities)
    (folder / "accounts").mkdir(parents=True)
    for account in accounts:
        random = Random(f"{seed} {account}")
        _write(folder / "accounts" / f"{account}.json", made_account(random, account, accounts))
    _write(folder / "organization.json", made_control(accounts))
    _write(folder / "resources.json", dict(_resources(accounts)))
    return {
        "accounts": folder / "accounts",
        "organization": folder / "organization.json",
        "resources": folder / "resources.json",
    }


def changed(folder: Path, identities: int) -> None:
    """The last account has other policies than before."""
    accounts = account_ids(identities)
    random = Random(f"changed {accounts[-1]}")
    _write(folder / "accounts" / f"{accounts[-1]}.json", made_account(random, accounts[-1], accounts))


def bucket(account: str, number: int) -> str:
    return f"arn:aws:s3:::data-{account}-{number}"


def _write(path: Path, content: Any) -> None:
    path.write_text(json.dumps(content), encoding="utf-8")


def _document(*statements: dict[str, Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def _allow(action: Any, resource: Any = "*", **condition: Any) -> dict[str, Any]:
    return {
        "Effect": "Allow",
        "Action": action,
        "Resource": resource,
        **({"Condition": condition} if condition else {}),
    }


def _arn(service: str, account: str, name: str) -> str:
    parts = {
        "s3": f"arn:aws:s3:::data-{account}-{name}/*",
        "sqs": f"arn:aws:sqs:{REGION}:{account}:{name}",
        "dynamodb": f"arn:aws:dynamodb:{REGION}:{account}:table/{name}",
        "kms": f"arn:aws:kms:{REGION}:{account}:key/{name}",
        "secretsmanager": f"arn:aws:secretsmanager:{REGION}:{account}:secret:{name}-*",
        "lambda": f"arn:aws:lambda:{REGION}:{account}:function:{name}",
        "sns": f"arn:aws:sns:{REGION}:{account}:{name}",
        "ec2": f"arn:aws:ec2:{REGION}:{account}:instance/*",
        "logs": f"arn:aws:logs:{REGION}:{account}:log-group:{name}:*",
        "ecr": f"arn:aws:ecr:{REGION}:{account}:repository/{name}",
    }
    return parts[service]


def _conditions(random: Random, account: str) -> dict[str, Any]:
    return random.choice(
        (
            {"StringEquals": {"aws:SourceVpce": f"vpce-{account[-8:]}"}},
            {"IpAddress": {"aws:SourceIp": ["192.0.2.0/24", "198.51.100.0/24"]}},
            {"StringEquals": {"aws:ResourceTag/team": "${aws:PrincipalTag/team}"}},
            {"Bool": {"aws:MultiFactorAuthPresent": "true"}},
            {"StringEquals": {"aws:ResourceAccount": "${aws:PrincipalAccount}"}},
            {"StringEquals": {"aws:PrincipalOrgID": ORGANIZATION}},
        )
    )


def _own(random: Random, account: str, name: str) -> dict[str, Any]:
    """What one application needs, and nobody else has."""
    statements = []
    for service in random.sample(_SERVICES, random.randint(2, 5)):
        actions = [f"{service}:{verb}" for verb in random.sample(_VERBS[service], 2)]
        wide = random.random() < 0.05
        condition = _conditions(random, account) if random.random() < 0.2 else {}
        statements.append(_allow(actions, "*" if wide else _arn(service, account, name), **condition))
    if random.random() < 0.1:
        statements.append({"Effect": "Deny", "Action": "s3:DeleteBucket*", "Resource": "*"})
    return _document(*statements)


def made_account(
    random: Random, account: str, accounts: list[str], apps: int = APPS, inline: int = 1
) -> dict[str, Any]:
    """`apps`: roles of applications; `inline`: how many policies each of them has of its own."""
    return {
        "UserDetailList": [_user(random, account, number) for number in range(10)],
        "GroupDetailList": [
            {"Arn": f"arn:aws:iam::{account}:group/people", "GroupName": "people", "Path": "/",
             "GroupPolicyList": [{"PolicyName": "own", "PolicyDocument": _document(
                 _allow(["iam:GetUser", "iam:ChangePassword"], "arn:aws:iam::*:user/${aws:username}"),
                 _allow(["s3:GetObject"], "arn:aws:s3:::home/${aws:username}/*"))}],
             "AttachedManagedPolicies": [_managed(account, "readers")]}
        ],
        "RoleDetailList": [*_roles(random, account, accounts, apps, inline)],
        "Policies": [
            _policy(account, "readers", _document(_allow([f"{one}:{verb}*" for one in _SERVICES for verb in ("Get", "List", "Describe")]))),
            _policy(account, "admin", _document(_allow("*"))),
            _policy(account, "power", _document({"Effect": "Allow", "NotAction": ["iam:*", "organizations:*"], "Resource": "*"})),
            _policy(account, "limit", _document(_allow([f"{one}:*" for one in _SERVICES]), _allow("iam:Get*"))),
        ],
    }  # fmt: skip


def _managed(account: str, name: str) -> dict[str, str]:
    return {"PolicyName": name, "PolicyArn": f"arn:aws:iam::{account}:policy/{name}"}


def _policy(account: str, name: str, document: dict[str, Any]) -> dict[str, Any]:
    return {
        "Arn": f"arn:aws:iam::{account}:policy/{name}", "PolicyName": name, "DefaultVersionId": "v1",
        "PolicyVersionList": [{"VersionId": "v1", "IsDefaultVersion": True, "Document": document}],
    }  # fmt: skip


def _user(random: Random, account: str, number: int) -> dict[str, Any]:
    name = f"person-{account[-6:]}-{number}"
    inline = (
        [{"PolicyName": "own", "PolicyDocument": _own(random, account, name)}]
        if random.random() < 0.3
        else []
    )
    return {
        "Arn": f"arn:aws:iam::{account}:user/{name}", "UserName": name, "Path": "/", "GroupList": ["people"],
        "UserPolicyList": inline, "Tags": [{"Key": "team", "Value": f"team-{random.randint(0, 40)}"}],
    }  # fmt: skip


def _roles(
    random: Random, account: str, accounts: list[str], apps: int, inline: int
) -> Iterator[dict[str, Any]]:
    here = {"Service": "ec2.amazonaws.com"}
    for name in ("Admin", "BreakGlass"):
        yield _role(account, name, trust={"AWS": f"arn:aws:iam::{accounts[0]}:root"}, attached=["admin"])
    for name in ("PowerUser", "Deploy"):
        yield _role(
            account, name, trust={"AWS": f"arn:aws:iam::{accounts[0]}:role/Pipeline"}, attached=["power"]
        )
    for number in range(16):
        document = _document(
            _allow([f"{_SERVICES[number % 10]}:*"], _arn(_SERVICES[number % 10], account, "*"))
        )
        yield _role(
            account,
            f"Template-{number}",
            trust=here,
            inline=[document],
            attached=["readers"] if number % 2 else [],
        )
    for number in range(5):
        yield _role(account, f"AWSServiceRoleFor{number}", path=f"/aws-service-role/s{number}.amazonaws.com/", trust=here,
                    inline=[_document(_allow([f"{_SERVICES[number]}:*"]))])  # fmt: skip
    for number in range(apps):
        name = f"app-{account[-6:]}-{number}"
        team = [{"Key": "team", "Value": f"team-{random.randint(0, 40)}"}] if random.random() < 0.5 else []
        bounded = "limit" if random.random() < 0.15 else None
        yield _role(account, name, trust=here, inline=[_own(random, account, name) for _ in range(inline)], tags=team, boundary=bounded,
                    attached=["readers"] if random.random() < 0.1 else [])  # fmt: skip


def _role(  # noqa: PLR0913  one parameter a field
    account: str, name: str, *, trust: Any, inline: list[Any] | None = None, attached: list[str] | None = None,
    path: str = "/", tags: list[Any] | None = None, boundary: str | None = None,
) -> dict[str, Any]:  # fmt: skip
    found = {
        "Arn": f"arn:aws:iam::{account}:role{path}{name}", "RoleName": name, "Path": path, "Tags": tags or [],
        "AssumeRolePolicyDocument": _document({"Effect": "Allow", "Principal": trust, "Action": "sts:AssumeRole"}),
        "RolePolicyList": [{"PolicyName": f"inline-{n}", "PolicyDocument": one} for n, one in enumerate(inline or [])],
        "AttachedManagedPolicies": [_managed(account, one) for one in attached or []],
    }  # fmt: skip
    if boundary:
        arn = f"arn:aws:iam::{account}:policy/{boundary}"
        found["PermissionsBoundary"] = {"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": arn}
    return found


def made_control(accounts: list[str]) -> dict[str, Any]:
    full = _document(_allow("*"))
    everywhere = [ROOT, *UNITS, *accounts]
    regions = _document({
        "Effect": "Deny", "NotAction": ["iam:*", "sts:*", "s3:GetAccountPublicAccessBlock"], "Resource": "*",
        "Condition": {"StringNotEquals": {"aws:RequestedRegion": [REGION, "us-east-1"]},
                      "ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/BreakGlass"}}})  # fmt: skip
    guarded = _document({
        "Effect": "Deny", "Action": ["iam:CreateUser", "iam:CreateAccessKey"], "Resource": "*",
        "Condition": {"ArnNotLike": {"aws:PrincipalArn": ["arn:aws:iam::*:role/Admin", "arn:aws:iam::*:role/BreakGlass"]}}})  # fmt: skip
    return {
        "id": ORGANIZATION,
        "management_account": accounts[0],
        "root": {"id": ROOT},
        "units": [{"id": one, "name": one, "parent": ROOT} for one in UNITS],
        "accounts": [
            {"id": one, "parent": ROOT if number == 0 else UNITS[number % len(UNITS)]} for number, one in enumerate(accounts)
        ],
        "service_control_policies": [
            {"id": "p-full0000", "document": full, "targets": everywhere},
            {"id": "p-regions0", "document": regions, "targets": [ROOT]},
            {"id": "p-guarded0", "document": guarded, "targets": list(UNITS[::2])},
            {"id": "p-leaving0", "document": _document({"Effect": "Deny", "Action": "organizations:Leave*", "Resource": "*"}),
             "targets": list(UNITS)},
        ],
        "resource_control_policies": [
            {"id": "p-perimeter", "targets": [ROOT], "document": _document({
                "Effect": "Deny", "Principal": "*", "Action": ["s3:*", "sqs:*", "kms:*", "secretsmanager:*"], "Resource": "*",
                "Condition": {"StringNotEqualsIfExists": {"aws:PrincipalOrgID": ORGANIZATION},
                              "BoolIfExists": {"aws:PrincipalIsAWSService": "false"}}})},
        ],
    }  # fmt: skip


def _resources(accounts: list[str]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Buckets and queues with policies; and of a few applications what is known to have none."""
    closed = {
        "object_ownership": "BucketOwnerEnforced",
        "block_public_access": {"RestrictPublicBuckets": True},
    }
    for place, account in enumerate(accounts):
        other = accounts[(place + 1) % len(accounts)]
        principals: list[Any] = [
            {"AWS": f"arn:aws:iam::{other}:role/Template-0"}, {"AWS": other}, "*", {"Service": "cloudtrail.amazonaws.com"},
        ]  # fmt: skip
        for number, principal in enumerate(principals):
            arn = bucket(account, number)
            statement = {"Effect": "Allow", "Principal": principal, "Action": ["s3:GetObject", "s3:ListBucket"],
                         "Resource": [arn, f"{arn}/*"]}  # fmt: skip
            if principal == "*":
                statement["Condition"] = {"StringEquals": {"aws:PrincipalOrgID": ORGANIZATION}}
            yield arn, {"owner": account, "policy": _document(statement), **closed}
        queue = f"arn:aws:sqs:{REGION}:{account}:jobs"
        yield queue, {"owner": account, "policy": _document(
            {"Effect": "Allow", "Principal": {"AWS": other}, "Action": "sqs:SendMessage", "Resource": queue})}  # fmt: skip
        for number in range(KNOWN_APPS):
            for arn in app_resources(account, number).values():
                yield arn, {"policy": None}


KNOWN_APPS = 5


def app_resources(account: str, number: int) -> dict[str, str]:
    name = f"app-{account[-6:]}-{number}"
    found = {service: _arn(service, account, name) for service in ("sqs", "dynamodb", "lambda")}
    return {**found, "secretsmanager": f"arn:aws:secretsmanager:{REGION}:{account}:secret:{name}-AbCdEf"}
