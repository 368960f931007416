"""What a question is about, made in its owner's account with its policy and tags."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from botocore.exceptions import ClientError

from .emulator import HOME, Emulator

Case = Mapping[str, Any]
Tags = list[dict[str, str]]
_FIELDS = 6


def region_of(case: Case) -> str:
    parts = str(case.get("resource") or "*").split(":")
    return parts[3] if len(parts) >= _FIELDS and parts[3] else HOME


def account_of(case: Case) -> str:
    """The caller's; empty for a caller without one."""
    principal = str(case["principal"])
    return principal.split(":")[4] if principal.startswith("arn:") else ""


def owner_of(case: Case) -> str:
    parts = str(case.get("resource") or "*").split(":")
    in_arn = parts[4] if len(parts) >= _FIELDS and parts[4].isdigit() else ""
    return str(case.get("resource_account") or in_arn or account_of(case))


def tags(case: Case, start: str) -> Tags:
    """`start` is the family of the keys, in lower case with its slash."""
    given = (case.get("context") or {}).items()
    return [
        {"Key": key[len(start) :], "Value": value} for key, value in given if key.lower().startswith(start)
    ]


def text(policy: Any) -> str:
    return policy if isinstance(policy, str) else json.dumps(policy)


def make(emulator: Emulator, case: Case) -> str:
    """The ARN that came to be: AWS chooses a key's id, and the end of a secret's."""
    return _MADE[case["action"].partition(":")[0]](emulator, case, tags(case, "aws:resourcetag/"))


def put_policy(emulator: Emulator, case: Case) -> None:
    """Of a role the trust policy; a role that is there already is not made again."""
    service = case["action"].partition(":")[0]
    owner = _owner(emulator, "iam" if service == "sts" else service, case)
    _PUT[service](owner, case["resource"], text(case["resource_policy"]))


def _owner(emulator: Emulator, service: str, case: Case) -> Any:
    """Buckets are all made in one region."""
    return emulator.client(service, owner_of(case), HOME if service == "s3" else region_of(case))


def _bucket(emulator: Emulator, case: Case, _tags: Tags) -> str:
    s3, name = _owner(emulator, "s3", case), case["resource"].split(":", 5)[-1].partition("/")[0]
    s3.create_bucket(Bucket=name)
    if case.get("resource_policy") is not None:
        s3.delete_public_access_block(Bucket=name)
    return str(case["resource"])


def _queue(emulator: Emulator, case: Case, tagged: Tags) -> str:
    name, given = case["resource"].rpartition(":")[2], {tag["Key"]: tag["Value"] for tag in tagged}
    _owner(emulator, "sqs", case).create_queue(QueueName=name, **({"tags": given} if given else {}))
    return str(case["resource"])


def _topic(emulator: Emulator, case: Case, tagged: Tags) -> str:
    sns = _owner(emulator, "sns", case)
    return str(sns.create_topic(Name=case["resource"].rpartition(":")[2], Tags=tagged)["TopicArn"])


def _secret(emulator: Emulator, case: Case, tagged: Tags) -> str:
    name = case["resource"].rpartition(":")[2].rpartition("-")[0]
    made = _owner(emulator, "secretsmanager", case).create_secret(Name=name, SecretString="x", Tags=tagged)
    return str(made["ARN"])


def _key(emulator: Emulator, case: Case, _tags: Tags) -> str:
    return str(_owner(emulator, "kms", case).create_key()["KeyMetadata"]["Arn"])


def _put_on_bucket(owner: Any, arn: str, policy: str) -> None:
    owner.put_bucket_policy(Bucket=arn.split(":", 5)[-1].partition("/")[0], Policy=policy)


def _put_on_queue(owner: Any, arn: str, policy: str) -> None:
    url = owner.get_queue_url(QueueName=arn.rpartition(":")[2])["QueueUrl"]
    owner.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})


def _put_on_topic(owner: Any, arn: str, policy: str) -> None:
    owner.set_topic_attributes(TopicArn=arn, AttributeName="Policy", AttributeValue=policy)


def _put_on_secret(owner: Any, arn: str, policy: str) -> None:
    owner.put_resource_policy(SecretId=arn, ResourcePolicy=policy)


def _put_on_key(owner: Any, arn: str, policy: str) -> None:
    owner.put_key_policy(KeyId=arn, PolicyName="default", Policy=policy)


def _put_on_role(owner: Any, arn: str, policy: str) -> None:
    path, _, name = arn.split(":", 5)[-1].removeprefix("role").rpartition("/")
    try:
        owner.create_role(RoleName=name, Path=f"{path}/", AssumeRolePolicyDocument=policy)
    except ClientError as error:
        if error.response["Error"]["Code"] != "EntityAlreadyExists":
            raise
        owner.update_assume_role_policy(RoleName=name, PolicyDocument=policy)


_MADE: Mapping[str, Callable[[Emulator, Case, Tags], str]] = {
    "s3": _bucket,
    "sqs": _queue,
    "sns": _topic,
    "secretsmanager": _secret,
    "kms": _key,
}
_PUT: Mapping[str, Callable[[Any, str, str], None]] = {
    "s3": _put_on_bucket,
    "sqs": _put_on_queue,
    "sns": _put_on_topic,
    "secretsmanager": _put_on_secret,
    "kms": _put_on_key,
    "sts": _put_on_role,
}
MADE, WITH_POLICY = frozenset(_MADE), frozenset(_PUT)
"""Services."""
