"""Organizations made up from a seed: everything that an index could get wrong, in small."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random
from typing import Any

from cloud_entitlements.inventory import Snapshot, import_files
from cloud_entitlements.inventory.offline import Given

MANAGEMENT, SHOP, TOOLS, ABROAD = "111111111111", "222222222222", "333333333333", "444444444444"
ACCOUNTS = (MANAGEMENT, SHOP, TOOLS)
NAMES = ("ada", "bob", "deploy", "reader", "ci")
OUTSIDE = "999999999999"
BUCKET, TEAM_BUCKET, LOGS = "arn:aws:s3:::shop-data", "arn:aws:s3:::team-blue", "arn:aws:s3:::logs"
QUEUE = f"arn:aws:sqs:eu-central-1:{SHOP}:jobs"
TABLE = f"arn:aws:dynamodb:us-east-1:{TOOLS}:table/orders"
KEY = f"arn:aws:kms:us-east-1:{SHOP}:key/1234abcd-12ab-34cd-56ef-1234567890ab"
FUNCTION = f"arn:aws:lambda:us-east-1:{SHOP}:function:hook"
GROUP = f"arn:aws:logs:us-east-1:{TOOLS}:log-group:/app/ada:*"
SECRET = f"arn:aws:secretsmanager:us-east-1:{SHOP}:secret:db-AbCdEf"
ROLE = f"arn:aws:iam::{SHOP}:role/deploy"

QUESTIONS: tuple[tuple[str, str], ...] = (
    ("s3:GetObject", f"{BUCKET}/a/b.txt"),
    ("s3:GetObject", f"{TEAM_BUCKET}/home/ada/x"),
    ("S3:listbucket", BUCKET),
    ("s3:PutObject", f"{LOGS}/x"),
    ("sqs:SendMessage", QUEUE),
    ("sqs:ListQueues", "*"),
    ("dynamodb:GetItem", TABLE),
    ("dynamodb:ListTables", "*"),
    ("ec2:DescribeInstances", "*"),
    ("ec2:TerminateInstances", f"arn:aws:ec2:us-east-1:{SHOP}:instance/i-0"),
    ("iam:PassRole", ROLE),
    ("iam:CreateUser", f"arn:aws:iam::{TOOLS}:user/ada"),
    ("sts:AssumeRole", ROLE),
    ("sts:GetCallerIdentity", "*"),
    ("sts:GetSessionToken", "*"),
    ("kms:Decrypt", KEY),
    ("kms:ListKeys", "*"),
    ("lambda:InvokeFunctionUrl", FUNCTION),
    ("logs:GetLogEvents", GROUP),
    ("secretsmanager:GetSecretValue", SECRET),
    ("secretsmanager:GetSecretValue", "*"),
    ("made:Up", "arn:aws:made:::up"),
    ("ec2:ModifyAddressAttribute", "*"),
    ("s3:GetObject", f"{BUCKET}/*"),
    ("s3:PutObject", "arn:aws:s3:::*"),
    ("sqs:SendMessage", f"arn:aws:sqs:*:{SHOP}:*"),
    ("sts:AssumeRole", f"arn:aws:iam::{SHOP}:role/dep*"),
)
CONTEXTS: tuple[dict[str, tuple[str, ...]] | None, ...] = (
    None,
    {"aws:SourceIp": ("192.0.2.1",), "aws:SecureTransport": ("true",)},
    {"aws:PrincipalTag/team": ("blue",)},
    {"aws:TagKeys": ("team",), "aws:RequestTag/team": ("blue",)},
)

_ACTIONS: tuple[Any, ...] = (
    "*", "*:*", "s3:*", "s3:Get*", "S3:getobject", "s3:?etObject", "s3:ListBucket", ["s3:PutObject", "sqs:*"],
    "sqs:ListQueues", "dynamodb:*", ["dynamodb:ListTables", "dynamodb:GetItem"], "ec2:Describe*", "ec2:*", "iam:*",
    "iam:PassRole", "iam:CreateUser", "sts:AssumeRole", "sts:*", "kms:*", "kms:Decrypt", "lambda:Invoke*",
    "lambda:InvokeFunctionUrl", "logs:*", "secretsmanager:*", "made:Up", "*:Get*",
)  # fmt: skip
_RESOURCES: tuple[Any, ...] = (
    "*", "*", "*", f"{BUCKET}/*", BUCKET, f"{BUCKET}*", "arn:aws:s3:::team-${aws:PrincipalTag/team}",
    "arn:aws:s3:::team-${aws:PrincipalTag/team, 'blue'}/*", "arn:aws:s3:::*/home/${aws:username}/*", "arn:aws:s3:::*",
    QUEUE, f"arn:aws:sqs:*:{SHOP}:*", "arn:aws:sqs:*:*:jobs", f"arn:aws:sqs:eu-central-1:{TOOLS}:", TABLE,
    f"arn:aws:dynamodb:*:{TOOLS}:table/*", f"arn:aws:dynamodb:us-east-1:{SHOP}:table/*", "arn:aws:iam::*:role/*",
    f"arn:aws:iam::{SHOP}:role/dep*", "arn:aws:iam::*:user/${aws:username}", ROLE, KEY, f"arn:aws:kms:*:{SHOP}:key/*",
    FUNCTION, "arn:aws:lambda:*", f"arn:aws:logs:*:{TOOLS}:log-group:*", "arn:aws:logs:us-east-1:*:/app/ada:*",
    "arn:aws:logs:*:*:log-group:/app/${aws:username}:*", f"{SECRET[:-6]}??????", "arn:aws:ec2:*:*:instance/*",
    "arn:*:s3:::shop-data/*", "*:role/deploy", "arn:aws:made:::up", ["arn:aws:s3:::a", f"{TEAM_BUCKET}/*"],
    "arn:aws:s3:::${aws:PrincipalAccount}-x",
)  # fmt: skip
_CONDITIONS: tuple[dict[str, Any], ...] = (
    {"StringEquals": {"aws:PrincipalTag/team": ["blue", "red"]}},
    {"StringNotEquals": {"aws:PrincipalTag/team": "blue"}},
    {"StringEquals": {"aws:ResourceTag/team": "${aws:PrincipalTag/team}"}},
    {"StringEquals": {"aws:ResourceTag/owner": "${aws:username}"}},
    {"StringEquals": {"aws:ResourceAccount": "${aws:PrincipalAccount}"}},
    {"StringNotEquals": {"aws:ResourceAccount": "${aws:PrincipalAccount}"}},
    {"StringEquals": {"aws:PrincipalOrgID": "o-exampleorg"}},
    {"StringNotEqualsIfExists": {"aws:ResourceOrgID": "${aws:PrincipalOrgID}"}},
    {"ForAnyValue:StringLike": {"aws:PrincipalOrgPaths": "o-exampleorg/r-ab12/ou-ab12-11111111/*"}},
    {"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/deploy"}},
    {"ArnNotLike": {"aws:PrincipalArn": ["arn:aws:iam::*:role/admin/*", f"arn:aws:iam::{SHOP}:user/ada"]}},
    {"StringLike": {"aws:PrincipalArn": "*:user/*"}},
    {"StringEquals": {"aws:PrincipalType": "User"}},
    {"StringLike": {"aws:userid": "*:session"}},
    {"StringEquals": {"aws:username": "ada"}},
    {"StringEqualsIfExists": {"aws:username": ["ada", "bob"]}},
    {"Null": {"aws:PrincipalTag/team": "true"}},
    {"IpAddress": {"aws:SourceIp": "192.0.2.0/24"}},
    {"NotIpAddress": {"aws:SourceIp": "192.0.2.0/24"}, "Bool": {"aws:ViaAWSService": "false"}},
    {"Bool": {"aws:SecureTransport": "false"}},
    {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}},
    {"StringEquals": {"aws:RequestedRegion": ["us-east-1"]}},
    {"ForAllValues:StringEquals": {"aws:TagKeys": ["team"]}},
    {"StringEquals": {"aws:PrincipalAccount": SHOP}, "IpAddress": {"aws:SourceIp": "198.51.100.0/24"}},
    {"StringEquals": {"aws:PrincipalAccount": "${aws:SourceAccount}"}},
    {"StringLike": {"aws:ResourceTag/${x}": "a"}, "Null": {"aws:SourceVpce": "true"}},
    {"StringEquals": {"sts:ExternalId": "secret"}},
)  # fmt: skip


def statement(random: Random, effect: str, *, of_resource: bool = False) -> dict[str, Any]:
    negated = random.random() < 0.1
    found: dict[str, Any] = {"Effect": effect, "NotAction" if negated else "Action": random.choice(_ACTIONS)}
    if of_resource:
        found["NotPrincipal" if effect == "Deny" and random.random() < 0.2 else "Principal"] = _principal(
            random
        )
    found["NotResource" if random.random() < 0.1 else "Resource"] = random.choice(_RESOURCES)
    if random.random() < 0.5:
        found["Condition"] = random.choice(_CONDITIONS)
    return found


def _principal(random: Random) -> Any:
    account = random.choice((*ACCOUNTS, OUTSIDE))
    name = random.choice(NAMES)
    return random.choice(
        (
            "*",
            "*",
            {"AWS": "*"},
            {"AWS": account},
            {"AWS": f"arn:aws:iam::{account}:root"},
            {"AWS": [f"arn:aws:iam::{account}:user/{name}", f"arn:aws:iam::{TOOLS}:role/{name}"]},
            {"AWS": [f"arn:aws:iam::{account}:role/{name}", account]},
            {"AWS": f"arn:aws:sts::{account}:assumed-role/{name}/session"},
            {"Service": "sqs.amazonaws.com"},
            {"AWS": "AIDAEXAMPLE"},
            {"CanonicalUser": "abc"},
        )
    )


def document(random: Random, *, most: int = 3, of_resource: bool = False) -> dict[str, Any]:
    version = {} if random.random() < 0.1 else {"Version": "2012-10-17"}
    effects = [random.choice(("Allow", "Allow", "Allow", "Deny")) for _ in range(random.randint(1, most))]
    return {**version, "Statement": [statement(random, one, of_resource=of_resource) for one in effects]}


def made(seed: int, folder: Path, *, changed: bool = False) -> Snapshot:
    """`changed`: the same, with other identities in one account."""
    random = Random(seed)
    accounts = {account: _account(random, account) for account in ACCOUNTS}
    if changed:
        accounts[TOOLS] = _account(Random(f"{seed} changed"), TOOLS)
    files = [_file(folder / f"{account}.json", found) for account, found in accounts.items()]
    organization = _file(folder / "organization", _organization(random)) if random.random() < 0.85 else None
    resources = _file(folder / "resources", _resource_policies(random)) if random.random() < 0.85 else None
    standalone = organization is None and random.random() < 0.5
    done = import_files(
        Given("made", tuple(files), None, organization, resources, standalone), folder / "snapshots"
    )
    return done.snapshot


def _account(random: Random, account: str) -> dict[str, Any]:
    managed: list[dict[str, Any]] = [
        {
            "Arn": f"arn:aws:iam::{account}:policy/{name}",
            "PolicyName": name,
            "DefaultVersionId": "v1",
            "PolicyVersionList": [
                {"VersionId": "v1", "IsDefaultVersion": True, "Document": document(random)}
            ],
        }
        for name in ("one", "two", "wide")
    ]
    managed[2]["PolicyVersionList"][0]["Document"] = {
        "Version": "2012-10-17",
        "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"},
    }
    return {
        "UserDetailList": [_entity(random, account, "User", name) for name in NAMES[:4]],
        "GroupDetailList": [
            {
                "Arn": f"arn:aws:iam::{account}:group/ops",
                "GroupName": "ops",
                "Path": "/",
                "GroupPolicyList": [{"PolicyName": "g", "PolicyDocument": document(random)}],
                "AttachedManagedPolicies": [],
            }
        ],
        "RoleDetailList": [
            *(_entity(random, account, "Role", name) for name in NAMES),
            _entity(random, account, "Role", "AWSServiceRoleForX", "/aws-service-role/x.amazonaws.com/"),
            _entity(random, account, "Role", "boss", "/admin/"),
        ],
        "Policies": managed,
    }


def _entity(random: Random, account: str, kind: str, name: str, path: str = "/") -> dict[str, Any]:
    found: dict[str, Any] = {
        "Arn": f"arn:aws:iam::{account}:{kind.lower()}{path}{name}",
        f"{kind}Name": name,
        "Path": path,
        f"{kind}PolicyList": [
            {"PolicyName": f"inline-{number}", "PolicyDocument": document(random)}
            for number in range(random.randint(0, 2))
        ],
        "AttachedManagedPolicies": [
            {"PolicyName": one, "PolicyArn": f"arn:aws:iam::{account}:policy/{one}"}
            for one in random.sample(("one", "two", "wide", "lost"), random.choice((0, 1, 1, 2)))
            if one != "lost" or random.random() < 0.1
        ],
        "Tags": [{"Key": "team", "Value": random.choice(("blue", "red", ""))}]
        if random.random() < 0.6
        else [],
    }
    if random.random() < 0.25:
        arn = f"arn:aws:iam::{account}:policy/{random.choice(('one', 'wide'))}"
        found["PermissionsBoundary"] = {"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": arn}
    if kind == "User":
        return {
            **found,
            "GroupList": random.choice(([], [], ["ops"], ["gone"] if random.random() < 0.2 else [])),
        }
    trust = statement(random, "Allow", of_resource=True)
    del trust["NotResource" if "NotResource" in trust else "Resource"]
    trust.pop("NotAction", None)
    trust["Action"] = "sts:AssumeRole"
    return {**found, "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [trust]}}


def _organization(random: Random) -> dict[str, Any]:
    nodes = ("r-ab12", "ou-ab12-11111111", *ACCOUNTS)
    full = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
    scps = [{"id": "p-full", "document": full, "targets": [one for one in nodes if random.random() < 0.9]}]
    for number in range(random.randint(0, 3)):
        targets = random.sample(nodes, random.randint(1, 2))
        scps.append({"id": f"p-scp{number}", "document": document(random, most=2), "targets": targets})
    rcps = [
        {"id": f"p-rcp{number}", "document": _rcp(random), "targets": [random.choice(nodes)]}
        for number in range(random.randint(0, 2))
    ]
    return {
        "id": "o-exampleorg",
        "management_account": MANAGEMENT,
        "root": {"id": "r-ab12"},
        "units": [{"id": "ou-ab12-11111111", "name": "Apps", "parent": "r-ab12"}],
        "accounts": [
            {"id": MANAGEMENT, "parent": "r-ab12"},
            {"id": SHOP, "parent": "ou-ab12-11111111"},
            *([{"id": TOOLS, "parent": "r-ab12"}] if random.random() < 0.9 else []),
        ],
        "service_control_policies": scps,
        "resource_control_policies": rcps,
    }


def _rcp(random: Random) -> dict[str, Any]:
    found = statement(random, "Deny")
    found.pop("NotAction", None)
    found["Action"] = random.choice(
        ("s3:*", "sqs:*", "kms:*", "sts:AssumeRole", ["s3:GetObject", "dynamodb:*"])
    )
    return {"Version": "2012-10-17", "Statement": [{**found, "Principal": "*"}]}


def _resource_policies(random: Random) -> dict[str, Any]:
    owners = {
        BUCKET: SHOP, TEAM_BUCKET: TOOLS, LOGS: MANAGEMENT, QUEUE: SHOP, TABLE: TOOLS, KEY: SHOP, FUNCTION: SHOP,
        SECRET: SHOP,
    }  # fmt: skip
    found: dict[str, Any] = {}
    for arn, owner in owners.items():
        if random.random() < 0.9:
            policy = document(random, of_resource=True) if random.random() < 0.8 else None
            found[arn] = {"owner": owner, "policy": policy}
        if ":s3:" in arn and arn in found and random.random() < 0.6:
            blocks = {"RestrictPublicBuckets": random.random() < 0.5}
            found[arn] |= {"object_ownership": "BucketOwnerEnforced", "block_public_access": blocks}
    return found


def _file(path: Path, content: Any) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content), encoding="utf-8")
    return path
