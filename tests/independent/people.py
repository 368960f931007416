"""Who asks: users, roles and their sessions, made with the policies of a question and signed in."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from .emulator import Credentials, Emulator
from .resources import Case, account_of, tags, text

_TAGS = "aws:principaltag/"
Facts = dict[str, Any]


class Refused(Exception):
    """The emulator does not store a document."""


@dataclass(frozen=True, slots=True)
class Person:
    credentials: Credentials | None
    """None: requests are not signed."""
    facts: Facts
    """Keys of the context that nobody could know before."""
    iam: Any
    name: str
    """The user's or the role's whose identity policies count; empty: nobody's do."""
    role: bool = False


def sign_in(emulator: Emulator, case: Case) -> Person:
    """Without identity policies as yet. Raises Refused."""
    principal = str(case["principal"])
    if principal == "anonymous":
        return Person(None, {}, None, "")
    kind = principal.split(":", 5)[-1].partition("/")[0]
    if kind == "federated-user":
        return _federated(emulator, case)
    if kind != "user":
        return _session(emulator, case)
    person = _user(emulator, case, principal)
    return _with_token(emulator, person) if case.get("session_of") else person


def give(person: Person, policies: list[Any]) -> None:
    """EVAL-02: inline and managed in turn, a user's third and fourth through a group. Raises Refused."""
    for number, policy in enumerate(policies):
        kind, whose = "role" if person.role else "user", _whose(person)
        if not person.role and number % 4 >= 2:
            kind, whose = "group", {"GroupName": _group(person)}
        name = f"policy{number}"
        if number % 2:
            getattr(person.iam, f"attach_{kind}_policy")(
                **whose, PolicyArn=_managed(person.iam, name, policy)
            )
        else:
            put = getattr(person.iam, f"put_{kind}_policy")
            _stored(put, **whose, PolicyName=name, PolicyDocument=text(policy))


def take(person: Person) -> None:
    """The one inline policy."""
    delete = person.iam.delete_role_policy if person.role else person.iam.delete_user_policy
    delete(**_whose(person), PolicyName="policy0")


def _user(emulator: Emulator, case: Case, arn: str) -> Person:
    iam = emulator.client("iam", account_of(case))
    path, _, name = arn.split(":", 5)[-1].removeprefix("user").rpartition("/")
    limit = _boundary(iam, case)
    made = iam.create_user(UserName=name, Path=f"{path}/", Tags=tags(case, _TAGS), **limit)["User"]
    key = iam.create_access_key(UserName=name)["AccessKey"]
    credentials = Credentials(key["AccessKeyId"], key["SecretAccessKey"])
    return Person(credentials, {"aws:userid": made["UserId"]}, iam, name)


def _with_token(emulator: Emulator, user: Person) -> Person:
    sts = emulator.client_as("sts", user.credentials)
    found = _temporary(sts.get_session_token()["Credentials"])
    return Person(found, {**user.facts, "aws:MultiFactorAuthPresent": False}, user.iam, user.name)


def _federated(emulator: Emulator, case: Case) -> Person:
    parent = case.get("session_of") or f"arn:aws:iam::{account_of(case)}:user/parent"
    user = _user(emulator, case, parent)
    may = {"Effect": "Allow", "Action": "sts:GetFederationToken", "Resource": "*"}
    user.iam.put_user_policy(
        UserName=user.name, PolicyName="may-federate", PolicyDocument=text(_document(may))
    )
    sts = emulator.client_as("sts", user.credentials)
    name = case["principal"].rpartition("/")[2]
    made = _stored(sts.get_federation_token, Name=name, **_session_policies(user.iam, case))
    facts = {"aws:userid": made["FederatedUser"]["FederatedUserId"], "aws:MultiFactorAuthPresent": False}
    return Person(_temporary(made["Credentials"]), facts, user.iam, user.name)


def _session(emulator: Emulator, case: Case) -> Person:
    account = account_of(case)
    iam = emulator.client("iam", account)
    role, session = _role_and_session(case)
    path, _, name = role.split(":", 5)[-1].removeprefix("role").rpartition("/")
    trust = _document({"Effect": "Allow", "Principal": {"AWS": account}, "Action": "sts:AssumeRole"})
    given = {"RoleName": name, "Path": f"{path}/", "Tags": tags(case, _TAGS), **_boundary(iam, case)}
    iam.create_role(AssumeRolePolicyDocument=json.dumps(trust), **given)
    sts, passed = emulator.client("sts", account), _session_policies(iam, case)
    made = _stored(sts.assume_role, RoleArn=role, RoleSessionName=session, **passed)
    facts = {"aws:userid": made["AssumedRoleUser"]["AssumedRoleId"], "aws:MultiFactorAuthPresent": False}
    return Person(_temporary(made["Credentials"]), facts, iam, name, role=True)


def _role_and_session(case: Case) -> tuple[str, str]:
    principal = str(case["principal"])
    kind, name, *session = principal.split(":", 5)[-1].split("/")
    if kind == "role":
        return principal, "somebody"
    return str(case.get("session_of") or f"arn:aws:iam::{account_of(case)}:role/{name}"), session[0]


def _boundary(iam: Any, case: Case) -> dict[str, str]:
    boundary = case.get("permissions_boundary")
    return {} if boundary is None else {"PermissionsBoundary": _managed(iam, "boundary", boundary)}


def _session_policies(iam: Any, case: Case) -> dict[str, Any]:
    """The first inline, the others managed."""
    given = case.get("session_policies") or []
    found: dict[str, Any] = {"Policy": text(given[0])} if given else {}
    arns = [{"arn": _managed(iam, f"session{number}", one)} for number, one in enumerate(given[1:])]
    return {**found, **({"PolicyArns": arns} if arns else {})}


def _document(statement: Mapping[str, Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": [statement]}


def _temporary(given: Mapping[str, Any]) -> Credentials:
    return Credentials(given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"])


def _managed(iam: Any, name: str, policy: Any) -> str:
    return str(_stored(iam.create_policy, PolicyName=name, PolicyDocument=text(policy))["Policy"]["Arn"])


def _stored(operation: Callable[..., Any], **arguments: Any) -> Any:
    try:
        return operation(**arguments)
    except ClientError as error:
        if error.response["Error"]["Code"] == "MalformedPolicyDocument":
            raise Refused(str(error)) from None
        raise


def _whose(person: Person) -> dict[str, str]:
    return {"RoleName" if person.role else "UserName": person.name}


def _group(person: Person) -> str:
    name = f"group-of-{person.name}"
    try:
        person.iam.create_group(GroupName=name)
    except ClientError as error:
        if error.response["Error"]["Code"] != "EntityAlreadyExists":
            raise
    else:
        person.iam.add_user_to_group(GroupName=name, UserName=person.name)
    return name
