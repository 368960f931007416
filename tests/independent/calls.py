"""What is called to ask for an action: one row for each, and the keys of the context that the call itself carries."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

Arguments = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Asked:
    """What of a question its call is made from."""

    resource: str
    owner: str
    context: Mapping[str, Any]
    """Keys in lower case."""
    endpoint: str

    @property
    def tail(self) -> str:
        return self.resource.split(":", 5)[-1]

    @property
    def name(self) -> str:
        """`alice` of `user/alice`, `jobs` of a queue's `jobs`."""
        return self.tail.rpartition("/")[2]

    def carried(self, **names: str) -> Arguments:
        """Those arguments whose key the context gives: `carried(Prefix="s3:prefix")`."""
        return {name: self.context[key] for name, key in names.items() if self.context.get(key) is not None}

    def tagged(self) -> Arguments:
        """The tags that the context gives in `aws:RequestTag/…`; nothing where there are none."""
        start = "aws:requesttag/"
        given = [(key[len(start) :], value) for key, value in self.context.items() if key.startswith(start)]
        return {"Tags": [{"Key": key, "Value": value} for key, value in given]} if given else {}


@dataclass(frozen=True, slots=True)
class Call:
    service: str
    operation: str
    arguments: Callable[[Asked], Arguments]
    carries: tuple[str, ...] = ()
    """Keys in lower case; one that ends with `/` is a family."""


def _bucket(asked: Asked) -> Arguments:
    return {"Bucket": asked.tail}


def _object(asked: Asked) -> Arguments:
    bucket, _, key = asked.tail.partition("/")
    return {"Bucket": bucket, "Key": key}


def _listed(asked: Asked) -> Arguments:
    at_most = {name: int(value) for name, value in asked.carried(MaxKeys="s3:max-keys").items()}
    return {**_bucket(asked), **asked.carried(Prefix="s3:prefix", Delimiter="s3:delimiter"), **at_most}


def _put(asked: Asked) -> Arguments:
    carried = asked.carried(ACL="s3:x-amz-acl", ServerSideEncryption="s3:x-amz-server-side-encryption")
    return {**_object(asked), **carried, "Body": b"x"}


def _queue(asked: Asked) -> Arguments:
    return {"QueueUrl": f"{asked.endpoint}/{asked.owner}/{asked.name}"}


def _table(asked: Asked) -> Arguments:
    return {"TableName": asked.name}


def _topic(asked: Asked) -> Arguments:
    return {"TopicArn": asked.resource}


def _secret(asked: Asked) -> Arguments:
    return {"SecretId": asked.resource}


def _key(asked: Asked) -> Arguments:
    return {"KeyId": asked.resource}


def _user(asked: Asked) -> Arguments:
    return {"UserName": asked.name}


def _role(asked: Asked) -> Arguments:
    return {"RoleName": asked.name}


def _none(_asked: Asked) -> Arguments:
    return {}


def _assumed(asked: Asked) -> Arguments:
    session = asked.context.get("sts:rolesessionname", "friday")
    carried = {**asked.carried(ExternalId="sts:externalid"), **asked.tagged()}
    return {"RoleArn": asked.resource, "RoleSessionName": session, **carried}


_LISTING = ("s3:prefix", "s3:delimiter", "s3:max-keys")
_TAGS = ("aws:requesttag/", "aws:tagkeys")

CALLS: Mapping[str, Call] = {
    "s3:GetObject": Call("s3", "get_object", _object),
    "s3:PutObject": Call("s3", "put_object", _put, ("s3:x-amz-acl", "s3:x-amz-server-side-encryption")),
    "s3:DeleteObject": Call("s3", "delete_object", _object),
    "s3:GetObjectAcl": Call("s3", "get_object_acl", _object),
    "s3:GetObjectTagging": Call("s3", "get_object_tagging", _object),
    "s3:ListBucket": Call("s3", "list_objects_v2", _listed, _LISTING),
    "s3:GetBucketPolicy": Call("s3", "get_bucket_policy", _bucket),
    "s3:DeleteBucketPolicy": Call("s3", "delete_bucket_policy", _bucket),
    "s3:ListAllMyBuckets": Call("s3", "list_buckets", _none),
    "sqs:SendMessage": Call("sqs", "send_message", lambda asked: {**_queue(asked), "MessageBody": "x"}),
    "sqs:ReceiveMessage": Call("sqs", "receive_message", _queue),
    "sqs:PurgeQueue": Call("sqs", "purge_queue", _queue),
    "sqs:ListQueues": Call("sqs", "list_queues", _none),
    "sns:Publish": Call("sns", "publish", lambda asked: {**_topic(asked), "Message": "x"}),
    "sns:GetTopicAttributes": Call("sns", "get_topic_attributes", _topic),
    "dynamodb:GetItem": Call(
        "dynamodb", "get_item", lambda asked: {**_table(asked), "Key": {"id": {"S": "1"}}}
    ),
    "dynamodb:DeleteItem": Call(
        "dynamodb", "delete_item", lambda asked: {**_table(asked), "Key": {"id": {"S": "1"}}}
    ),
    "dynamodb:DescribeTable": Call("dynamodb", "describe_table", _table),
    "dynamodb:ListTables": Call("dynamodb", "list_tables", _none),
    "secretsmanager:GetSecretValue": Call("secretsmanager", "get_secret_value", _secret),
    "secretsmanager:DescribeSecret": Call("secretsmanager", "describe_secret", _secret),
    "ssm:GetParameter": Call(
        "ssm", "get_parameter", lambda asked: {"Name": asked.tail.removeprefix("parameter")}
    ),
    "kms:Decrypt": Call("kms", "decrypt", lambda asked: {**_key(asked), "CiphertextBlob": b"x"}),
    "kms:DisableKey": Call("kms", "disable_key", _key),
    "kms:ListKeys": Call("kms", "list_keys", _none),
    "iam:GetUser": Call("iam", "get_user", _user),
    "iam:CreateUser": Call("iam", "create_user", lambda asked: {**_user(asked), **asked.tagged()}, _TAGS),
    "iam:ListUsers": Call("iam", "list_users", _none),
    "iam:GetRole": Call("iam", "get_role", _role),
    "iam:GetPolicy": Call("iam", "get_policy", lambda asked: {"PolicyArn": asked.resource}),
    "sts:AssumeRole": Call("sts", "assume_role", _assumed, ("sts:externalid", "sts:rolesessionname", *_TAGS)),
    "sts:GetCallerIdentity": Call("sts", "get_caller_identity", _none),
    "sts:GetSessionToken": Call("sts", "get_session_token", _none),
    "sts:GetFederationToken": Call("sts", "get_federation_token", lambda _asked: {"Name": "visitor"}),
}

DENIED = frozenset(
    {"AccessDenied", "AccessDeniedException", "AuthorizationError", "MissingAuthenticationToken"}
)
NOT_FOUND = frozenset(
    {"NoSuchBucket", "NotFound", "NotFoundException", "ResourceNotFoundException", "AWS.SimpleQueueService.NonExistentQueue"}
)  # fmt: skip
"""Let through where nothing was made; a denial of what is there."""
LET_THROUGH = frozenset(
    {"NoSuchKey", "NoSuchEntity", "NoSuchBucketPolicy", "ParameterNotFound", "InvalidCiphertextException",
     "EntityAlreadyExists", "AccessControlListNotSupported"}
)  # fmt: skip
