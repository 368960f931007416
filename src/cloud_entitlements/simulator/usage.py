"""Which services and actions identities used, and when: what a seed says, or derived from when they were used last.

A small catalogue stands for all of AWS: services, and those of their management actions whose use AWS tracks. What
was made after the start used nothing yet, for AWS's reports lag by hours.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from cloud_entitlements.simulator.policies import Request, Statement, glob, matches

TRACKED_SINCE = dt.date(2025, 10, 20)
"""About 400 days before the days that seeds speak of: what was used last before is not derived."""
_HOME, _REGION = "us-east-1", "eu-central-1"
_GLOBAL = frozenset({"iam", "organizations", "cloudfront", "route53", "sts", "support"})


@dataclass(frozen=True, slots=True)
class Service:
    name: str
    tracked: tuple[str, ...] = ()
    """Management actions that report activity."""


def _service(name: str, tracked: str = "") -> Service:
    return Service(name, tuple(tracked.split()))


SERVICES: Mapping[str, Service] = {
    "acm": _service("AWS Certificate Manager", "DeleteCertificate ListCertificates RequestCertificate"),
    "athena": _service("Amazon Athena"),
    "autoscaling": _service("Amazon EC2 Auto Scaling"),
    "bedrock": _service("Amazon Bedrock"),
    "ce": _service("AWS Cost Explorer"),
    "cloudformation": _service("AWS CloudFormation", "CreateStack DeleteStack DescribeStacks UpdateStack"),
    "cloudfront": _service("Amazon CloudFront"),
    "cloudtrail": _service("AWS CloudTrail", "DescribeTrails LookupEvents StopLogging"),
    "cloudwatch": _service("Amazon CloudWatch", "DeleteAlarms DescribeAlarms PutMetricAlarm"),
    "codebuild": _service("AWS CodeBuild"),
    "config": _service("AWS Config"),
    "dynamodb": _service("Amazon DynamoDB", "CreateTable DeleteTable DescribeTable ListTables UpdateTable"),
    "ec2": _service(
        "Amazon EC2",
        "AuthorizeSecurityGroupIngress CreateKeyPair CreateSecurityGroup DescribeInstances DescribeRegions"
        " DescribeSecurityGroups DescribeSubnets DescribeVpcs ModifyInstanceAttribute RunInstances StartInstances"
        " StopInstances TerminateInstances",
    ),
    "ecr": _service(
        "Amazon Elastic Container Registry", "CreateRepository DeleteRepository DescribeRepositories"
    ),
    "ecs": _service(
        "Amazon Elastic Container Service", "DescribeServices ListClusters RunTask UpdateService"
    ),
    "eks": _service("Amazon Elastic Kubernetes Service"),
    "elasticloadbalancing": _service("Elastic Load Balancing"),
    "events": _service("Amazon EventBridge"),
    "glue": _service("AWS Glue"),
    "guardduty": _service("Amazon GuardDuty"),
    "iam": _service(
        "AWS Identity and Access Management",
        "AttachRolePolicy CreateAccessKey CreatePolicyVersion CreateRole CreateUser DeleteRole GetRole ListRoles"
        " ListUsers PutRolePolicy UpdateAssumeRolePolicy",
    ),
    "iot": _service("AWS IoT"),
    "kinesis": _service("Amazon Kinesis Data Streams"),
    "kms": _service(
        "AWS Key Management Service", "CreateKey DescribeKey ListKeys PutKeyPolicy ScheduleKeyDeletion"
    ),
    "lambda": _service(
        "AWS Lambda",
        "AddPermission CreateFunction DeleteFunction GetFunction ListFunctions UpdateFunctionCode"
        " UpdateFunctionConfiguration",
    ),
    "logs": _service("Amazon CloudWatch Logs", "CreateLogGroup DescribeLogGroups PutRetentionPolicy"),
    "organizations": _service("AWS Organizations"),
    "rds": _service("Amazon RDS", "CreateDBInstance CreateDBSnapshot DeleteDBInstance DescribeDBInstances"),
    "redshift": _service("Amazon Redshift"),
    "route53": _service("Amazon Route 53"),
    "s3": _service(
        "Amazon S3",
        "CreateBucket DeleteBucket DeleteBucketPolicy GetBucketPolicy ListAllMyBuckets PutBucketPolicy"
        " PutBucketPublicAccessBlock PutEncryptionConfiguration",
    ),
    "sagemaker": _service("Amazon SageMaker"),
    "secretsmanager": _service(
        "AWS Secrets Manager", "CreateSecret DeleteSecret ListSecrets PutResourcePolicy"
    ),
    "sns": _service("Amazon SNS", "CreateTopic DeleteTopic ListTopics Subscribe"),
    "sqs": _service("Amazon SQS", "CreateQueue DeleteQueue ListQueues SetQueueAttributes"),
    "ssm": _service("AWS Systems Manager", "DescribeInstanceInformation SendCommand StartSession"),
    "states": _service("AWS Step Functions"),
    "sts": _service("AWS Security Token Service"),
    "support": _service("AWS Support"),
    "trustedadvisor": _service("AWS Trusted Advisor"),
}


@dataclass(frozen=True, slots=True)
class Said:
    """What a seed says of an identity. None: derived."""

    last: dt.date | None
    services: Mapping[str, dt.date | None] | None = None
    actions: Mapping[str, dt.date | None] | None = None


_SAID: dict[str, Said] = {}
"""By ARN."""


@dataclass(slots=True)
class Used:
    """Dates of those that were used; the others were not."""

    services: dict[str, dt.date] = field(default_factory=dict)
    actions: dict[str, dt.date] = field(default_factory=dict)

    def add(self, other: Used) -> None:
        """The later date counts."""
        for mine, others in ((self.services, other.services), (self.actions, other.actions)):
            for name, day in others.items():
                mine[name] = max(day, mine.get(name, day))


def remember(arn: str, given: Mapping[str, Any]) -> dt.date | None:
    """`services: {s3: 2026-11-20, kms: never}` and `actions: {…}` of a seed; else `used`, keys and `console` tell.

    Returns the last day of all.
    """
    days = [given.get("used"), given.get("console"), *(key.get("used") for key in given.get("keys", []))]
    services = _days(given.get("services"))
    last = max((day for day in [*map(_day, days), *(services or {}).values()] if day), default=None)
    _SAID[arn] = Said(last, services, _days(given.get("actions")))
    return last


def _days(given: Mapping[str, Any] | None) -> dict[str, dt.date | None] | None:
    return None if given is None else {name: _day(day) for name, day in given.items()}


def _day(text: Any) -> dt.date | None:
    return None if text in (None, "never") else dt.date.fromisoformat(str(text))


def region(service: str) -> str:
    return _HOME if service in _GLOBAL else _REGION


def granted(policies: Iterable[Statement]) -> Mapping[str, tuple[str, ...]]:
    """Services that permissions policies allow something of, each with its tracked actions that they allow."""
    allows = [_bare(statement) for statement in policies if statement["Effect"] == "Allow"]
    return _granted(json.dumps(allows, sort_keys=True))


@lru_cache(maxsize=4096)
def _granted(text: str) -> Mapping[str, tuple[str, ...]]:
    """Remembered: it is asked with each look at a report, and many identities hold the same policies."""
    allows: list[Statement] = json.loads(text)
    return {
        prefix: tuple(name for name in service.tracked if _allowed(allows, f"{prefix}:{name}"))
        for prefix, service in SERVICES.items()
        if any(_touches(statement, prefix) for statement in allows)
    }


def _bare(statement: Statement) -> Statement:
    """AWS's report looks at actions alone, whatever the resources and conditions are."""
    return {name: value for name, value in statement.items() if name in ("Action", "NotAction")}


def _touches(statement: Statement, prefix: str) -> bool:
    if "NotAction" in statement:
        return not {"*", f"{prefix}:*"} & {pattern.lower() for pattern in _listed(statement["NotAction"])}
    return any(glob(pattern.lower().partition(":")[0], prefix) for pattern in _listed(statement["Action"]))


def _allowed(allows: list[Statement], action: str) -> bool:
    return any(matches(statement, Request(action, "*"), by_principal=False) for statement in allows)


def _listed(value: Any) -> list[str]:
    return value if isinstance(value, list) else [value]


def used(arn: str, may: Mapping[str, tuple[str, ...]]) -> Used:
    """Of what it may, by `granted`, what it used."""
    said = _SAID.get(arn, Said(None))
    services = _derived(arn, may, said.last) if said.services is None else said.services
    found = Used({name: day for name, day in services.items() if day and name in may})
    if said.actions is None:
        found.actions = {
            f"{name}:{action}": day
            for name, day in found.services.items()
            for action in _some(arn, may[name])
        }
    else:
        found.actions = {
            name: day for name, day in said.actions.items() if day and name.partition(":")[0] in may
        }
    return found


def _derived(arn: str, may: Mapping[str, object], last: dt.date | None) -> dict[str, dt.date | None]:
    """One to four of the services that it may use: the first on its last day, the others some time before."""
    if last is None or last < TRACKED_SINCE:
        return {}
    drawn = sorted(may, key=lambda name: _draw(arn, name))[: 1 + _draw(arn) % 4]
    return {
        name: max(last - dt.timedelta(days=place * (_draw(arn, name) % 40)), TRACKED_SINCE)
        for place, name in enumerate(drawn)
    }


def _some(arn: str, actions: tuple[str, ...]) -> list[str]:
    return sorted(actions, key=lambda name: _draw(arn, name))[: 1 + _draw(arn, "actions") % 3]


def _draw(*parts: str) -> int:
    return int.from_bytes(hashlib.sha256("|".join(parts).encode()).digest()[:6], "big")
