"""The AWS identity that the product runs as: found, with its path, and compared with what was stored.

Templates trust exactly this ARN. `sts:GetCallerIdentity` loses a role's path, so AWS is asked for the role;
where that is not allowed, a setting says it. Imports `sessions` and `failures`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from cloud_entitlements.aws.failures import Failure, explain, from_error, named_caller
from cloud_entitlements.aws.sessions import AwsSession, AwsSessions, Patience, SwitchedOff

SETTING = "CIEM_PLATFORM_PRINCIPAL"
Verdict = Literal["allowed", "denied", "denied_by_scp", "unknown"]
QUICK = Patience(attempts=3, connect_seconds=3, read_seconds=10)


@dataclass(frozen=True, slots=True)
class PlatformIdentity:
    account_id: str
    arn: str
    """Of the role or user, with its path; never of a session."""
    partition: str
    kind: str
    """`role` or `user`."""

    @property
    def personal(self) -> bool:
        """A person's sign-in through Identity Center; it must not be trusted by accident."""
        return "/AWSReservedSSO_" in self.arn


@dataclass(frozen=True, slots=True)
class Caller:
    """Who signed the last call, as `sts:GetCallerIdentity` tells it."""

    account_id: str
    arn: str

    @property
    def partition(self) -> str:
        return self.arn.split(":")[1]

    @property
    def role_name(self) -> str | None:
        """The name of the role behind a session; its path is lost."""
        kind, _, rest = self.arn.split(":", 5)[5].partition("/")
        return rest.split("/")[0] if kind == "assumed-role" else None

    def is_session_of(self, identity: PlatformIdentity) -> bool:
        if identity.kind == "user":
            return self.arn == identity.arn
        return (self.account_id, self.role_name) == (identity.account_id, identity.arn.rpartition("/")[2])


def identity_of(arn: str) -> PlatformIdentity:
    """The role or user that `arn` names."""
    _, partition, _, _, account_id, resource = arn.split(":", 5)
    return PlatformIdentity(account_id, arn, partition, resource.partition("/")[0])


def caller_in(message: str) -> Caller | None:
    """Whom a denial of AWS's names as its caller: known without another call."""
    named = named_caller(message)
    return Caller(named[1], named[0]) if named else None


def who_calls(session: AwsSession) -> Caller:
    answer = session.client("sts").get_caller_identity()
    return Caller(answer["Account"], answer["Arn"])


def discover(sessions: AwsSessions, override: str | None) -> PlatformIdentity | Failure:
    """The identity behind boto3's default credentials. `override` is the setting's ARN, with the path."""
    session = sessions.platform(QUICK)
    try:
        caller = who_calls(session)
    except Exception as error:  # noqa: BLE001  whatever botocore raises is explained, not hidden
        return from_error(error, "sts:GetCallerIdentity")
    if caller.arn.endswith(":root"):
        return _root_refused(caller)
    if override:
        return _from_setting(caller, override)
    if caller.role_name is None:
        return PlatformIdentity(caller.account_id, caller.arn, caller.partition, "user")
    return _role_with_path(session, caller, caller.role_name)


def _role_with_path(session: AwsSession, caller: Caller, role_name: str) -> PlatformIdentity | Failure:
    try:
        arn: str = session.client("iam").get_role(RoleName=role_name)["Role"]["Arn"]
    except Exception as error:  # noqa: BLE001
        asked = from_error(error, "iam:GetRole")
        return explain("path_unknown", asked.call, asked.message, asked.request_id, name=role_name)
    return PlatformIdentity(caller.account_id, arn, caller.partition, "role")


def _from_setting(caller: Caller, arn: str) -> PlatformIdentity | Failure:
    kind = "user" if ":user/" in arn else "role"
    named = PlatformIdentity(caller.account_id, arn, caller.partition, kind)
    if f":iam::{caller.account_id}:{kind}/" in arn and caller.is_session_of(named):
        return named
    return explain(
        "other_than_setting",
        "sts:GetCallerIdentity",
        "the caller is another principal",
        setting_arn=arn,
        caller_arn=caller.arn,
    )


def _root_refused(caller: Caller) -> Failure:
    return explain("root_credentials", "sts:GetCallerIdentity", f"the caller is `{caller.arn}`")


def simulated(sessions: AwsSessions, identity: PlatformIdentity, role_arn: str) -> Verdict:
    """What AWS's own simulator says of `sts:AssumeRole` on the role; it sees identity policies and SCPs."""
    try:
        answer = sessions.platform(QUICK).client("iam").simulate_principal_policy(
            PolicySourceArn=identity.arn, ActionNames=["sts:AssumeRole"], ResourceArns=[role_arn]
        )  # fmt: skip
        result = answer["EvaluationResults"][0]
    except SwitchedOff:
        raise
    except Exception:  # noqa: BLE001  it may not be asked: nothing is claimed
        return "unknown"
    if result["EvalDecision"] == "allowed":
        return "allowed"
    by_organization = result.get("OrganizationsDecisionDetail", {}).get("AllowedByOrganizations", True)
    return "denied" if by_organization else "denied_by_scp"


def policy_for_platform(partition: str, role_path: str, own_arn: str | None = None) -> dict[str, Any]:
    """What the platform's identity needs in its own account, and nothing more.

    The second statement lets it know its own path, and lets `ciem doctor` prove the first.
    """
    assume = {
        "Sid": "AssumeConnectedRoles",
        "Effect": "Allow",
        "Action": "sts:AssumeRole",
        "Resource": f"arn:{partition}:iam::*:role{role_path}*",
    }
    know = {
        "Sid": "KnowItself",
        "Effect": "Allow",
        "Action": ["iam:GetRole", "iam:SimulatePrincipalPolicy"],
        "Resource": own_arn,
    }
    return {"Version": "2012-10-17", "Statement": [assume, know] if own_arn else [assume]}
