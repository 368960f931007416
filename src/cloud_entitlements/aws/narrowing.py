"""Why a role refused: AWS gives one AccessDenied for many causes, and what can be seen orders them.

Evidence puts a cause first, with what was seen; what is ruled out is left out. Imports `explained`, `failures`,
`platform`, `sessions`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from cloud_entitlements.aws.explained import Cause, Failure, causes_of, explain
from cloud_entitlements.aws.explained.kind import filled
from cloud_entitlements.aws.explained.role import (
    EXTERNAL_ID,
    MISSING,
    MISTYPED,
    OTHER_PRINCIPAL,
    PERIMETER,
    PROPAGATION,
)
from cloud_entitlements.aws.failures import from_error
from cloud_entitlements.aws.pasted import RoleArn
from cloud_entitlements.aws.platform import (
    QUICK,
    Caller,
    PlatformIdentity,
    identity_of,
    simulated,
    who_calls,
)
from cloud_entitlements.aws.sessions import AwsSessions, SwitchedOff

CALL = "sts:AssumeRole"
PROPAGATION_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known of a connection besides AWS's answer."""

    role: RoleArn
    platform: PlatformIdentity
    expected_name: str
    expected_path: str
    organization: bool
    """Resource control policies don't hold for an organization's management account."""
    facts: Mapping[str, str] = field(default_factory=dict)
    """Fill the texts: stack, stackset, external_id, deploy, outputs, …"""
    other_connections: Mapping[str, str] = field(default_factory=dict)
    """Names of connections of this installation by the name of their role."""
    answered_until: str = ""
    """When the role answered last; empty when it never did."""
    identity_changed: str = ""
    """When the platform's identity was changed, if the role may still trust the one before."""
    previous_arn: str = ""
    """The platform's identity before that."""

    def known(self, **more: str) -> dict[str, str]:
        return {
            **self.facts,  # of the connection, which does not know its account before it is connected
            "account": self.role.account_id,
            "name": self.role.name,
            "path": self.role.path,
            "arn": self.role.arn,
            "platform_arn": self.platform.arn,
            "platform_account": self.platform.account_id,
            **more,
        }


def why_refused(error: Exception, sessions: AwsSessions, evidence: Evidence, waited: float = 0) -> Failure:
    """Narrows a denial by what can be seen; any other error is what it is."""
    failure = from_error(error, CALL, **evidence.known())
    if failure.code == "denied_by_scp":
        return _as("platform_denied_by_scp", failure, evidence)
    if failure.code == "not_allowed":
        return _as("platform_may_not_assume", failure, evidence)
    if failure.code not in ("denied", "denied_by_rcp"):
        return failure
    return _of_the_platform(failure, sessions, evidence) or _of_the_role(failure, evidence, waited)


def _of_the_platform(failure: Failure, sessions: AwsSessions, evidence: Evidence) -> Failure | None:
    """Who calls, and may they? Two questions that the platform's own account answers."""
    try:
        caller = who_calls(sessions.platform(QUICK))
    except SwitchedOff:
        raise
    except Exception:  # noqa: BLE001  then it stays unknown, and nothing is ruled out
        return None
    another = another_calls(caller, evidence.platform, evidence.previous_arn)
    if another:
        stored = {"stored_arn": evidence.platform.arn, "caller_arn": caller.arn}
        return explain(another, CALL, failure.message, failure.request_id, **stored)
    verdict = simulated(sessions, evidence.platform, evidence.role.arn)
    code = {"denied": "platform_may_not_assume", "denied_by_scp": "platform_denied_by_scp"}.get(verdict)
    return _as(code, failure, evidence) if code else None


def another_calls(caller: Caller, platform: PlatformIdentity, previous_arn: str) -> str:
    """The kind of failure it is that somebody else than the stored identity calls; empty when it is the same."""
    if caller.is_session_of(platform):
        return ""
    before = identity_of(previous_arn) if previous_arn else None
    return "rotation_halfway" if before and caller.is_session_of(before) else "other_principal"


def _of_the_role(failure: Failure, evidence: Evidence, waited: float) -> Failure:
    facts = evidence.known(waited=f"{waited:.0f} s")
    ranked = tuple(filled(cause, facts) for cause in _ranked(evidence, waited))
    return Failure("assume_refused", CALL, failure.message, ranked, failure.request_id)


def _ranked(evidence: Evidence, waited: float) -> Iterator[Cause]:
    seen = dict(_seen(evidence))
    yield from (replace(cause, tell=f"{why}; {cause.tell}") for cause, why in seen.items())
    ruled_out = set(_ruled_out(evidence, waited))
    for cause in (MISSING, EXTERNAL_ID, OTHER_PRINCIPAL, PERIMETER, MISTYPED, PROPAGATION):
        if cause not in seen and cause not in ruled_out:
            yield cause


def _seen(evidence: Evidence) -> Iterator[tuple[Cause, str]]:
    role = evidence.role
    if role.name in evidence.other_connections:
        yield (
            EXTERNAL_ID,
            f"`{_plain(role.name)}` is the role of the connection `{_plain(evidence.other_connections[role.name])}`",
        )
    elif role.name != evidence.expected_name:
        yield (
            EXTERNAL_ID,
            f"this connection's template names the role `{evidence.expected_name}`, and the pasted one is `{_plain(role.name)}`",
        )
    elif role.path != evidence.expected_path:
        yield MISTYPED, f"the path is `{_plain(role.path)}`, and the template's is `{evidence.expected_path}`"
    if evidence.identity_changed:
        yield OTHER_PRINCIPAL, f"the platform's identity was changed on {evidence.identity_changed}"
    if evidence.answered_until:
        yield MISSING, f"it answered until {evidence.answered_until}: it was deleted or changed since"


def _plain(text: str) -> str:
    """A name in a text that is still a template: its braces are no fields."""
    return text.replace("{", "{{").replace("}", "}}").replace("`", "'")


def _ruled_out(evidence: Evidence, waited: float) -> Iterator[Cause]:
    if evidence.organization:
        yield PERIMETER
    if waited >= PROPAGATION_SECONDS or evidence.answered_until:
        yield PROPAGATION
    if evidence.answered_until:
        yield MISTYPED


def _as(code: str, failure: Failure, evidence: Evidence) -> Failure:
    causes = causes_of(code, **evidence.known())
    return replace(failure, code=code, causes=causes)
