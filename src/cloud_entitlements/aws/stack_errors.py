"""What a failed stack says, pasted as text or as the output of the AWS CLI, named by a kind of failure.

Reads `describe-stack-events`, `describe-stacks` and `list-stack-set-operation-results` as JSON, and anything
else line by line. Follow-ups such as "Resource creation cancelled" are no causes. Imports `explained`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from cloud_entitlements.aws.explained import Failure, explain

MAX_CHARACTERS = 1_000_000
MAX_QUOTE = 400
MAX_DEPTH = 30

_PATTERNS: tuple[tuple[str, str], ...] = (
    ("stack_trusted_access_off", r"must enable organizations access|organizations access (?:is )?not (?:been )?(?:activated|enabled)"),
    ("stack_in_member_account",
     r"must be the (?:management|master) (?:account )?or delegated admin|not a delegated administrator"),
    ("stack_not_in_organization", r"AWSOrganizationsNotInUse|not a member of an organization"),
    ("stack_without_capability", r"Requires capabilities|InsufficientCapabilities"),
    ("stack_denied_by_scp", r"explicit deny in a service control policy|no service control policy allows"),
    ("stack_denied_by_boundary", r"explicit deny in a permissions boundary|no permissions boundary allows"),
    ("stack_boundary_unknown", r"Scope ARN|permissions? boundary .*(?:does not exist|not attachable)"),
    ("stack_delete_failed", r"DELETE_FAILED|StackSet is not empty|StackSetNotEmpty|\bINOPERABLE\b"),
    ("stack_exists", r"Stack \[[^\]]*\] already exists"),
    ("stack_role_exists", r"already exists|EntityAlreadyExists|NameAlreadyExists"),
    ("stack_rolled_back", r"in ROLLBACK_COMPLETE state and can ?not be updated|in ROLLBACK_FAILED state"),
    ("stack_principal_unknown", r"Invalid principal in policy"),
    ("stack_target_unknown",
     r"Organizational ?[Uu]nits? .*(?:not found|not exist|invalid)|(?:root|OU|target) .*(?:not found|does not exist)|ParentNotFound|"
     r"OrganizationalUnitNotFound"),
    ("stack_quota", r"LimitExceeded|exceed(?:s|ed)? (?:the )?quota|Cannot exceed quota"),
    ("stack_not_permitted", r"is not authorized to perform|AccessDenied"),
    ("stack_template_changed",
     r"Template (?:format )?error|Template validation error|must match pattern|failed to satisfy constraint|must have values|"
     r"MalformedPolicyDocument|Syntax errors in policy|unsupported property|Unrecognized resource type|"
     r"Unresolved resource dependencies|extraneous key|Invalid template|must contain at least one|unexpected property|"
     r"do not exist in the template"),
)  # fmt: skip
_COMPILED = tuple((code, re.compile(pattern, re.IGNORECASE)) for code, pattern in _PATTERNS)
_FOLLOWS = re.compile(
    r"creation cancelled|update cancelled|failed to (?:create|update): \[|Rollback requested|User Initiated",
    re.IGNORECASE,
)
_COMPLETE = re.compile(r"\b(?:CREATE|UPDATE)_COMPLETE\b(?!_CLEANUP)")


@dataclass(frozen=True, slots=True)
class Said:
    """One line or one event's reason; `where` is the resource or the account, where AWS named it."""

    reason: str
    where: str = ""


def diagnose(pasted: str, **facts: str) -> tuple[Failure, ...]:
    """Each kind of failure found, the root of it first, with AWS's words quoted. Never empty."""
    said = list(_reasons(pasted[:MAX_CHARACTERS]))
    found: dict[str, Failure] = {}
    for one in said:
        code = _code(one.reason)
        if code and code not in found:
            found[code] = explain(code, one.where, _quoted(one.reason), **facts)
    if found:
        return tuple(found.values())
    if _COMPLETE.search(pasted) and not re.search(r"ROLLBACK|FAILED", pasted):
        return (explain("stack_complete", "", "no event of a failure was found", **facts),)
    first = said[0].reason if said else pasted
    return (explain("stack_unknown", "", _quoted(first), **facts),)


def _code(reason: str) -> str | None:
    return next((code for code, pattern in _COMPILED if pattern.search(reason)), None)


def _reasons(pasted: str) -> Iterator[Said]:
    """In order of time where AWS gave events, which list the newest first."""
    try:
        parsed = json.loads(pasted)
    except (ValueError, RecursionError):
        yield from (Said(line.strip()) for line in pasted.splitlines() if _matters(line))
        return
    events = list(_events(parsed)) if isinstance(parsed, (list, dict)) else [Said(str(parsed))]
    yield from reversed(events) if _newest_first(parsed) else events


def _matters(reason: str) -> bool:
    return bool(reason.strip()) and not _FOLLOWS.search(reason)


def _newest_first(parsed: Any) -> bool:
    return isinstance(parsed, list) or (isinstance(parsed, dict) and "StackEvents" in parsed)


def _events(parsed: Any, depth: int = 0) -> Iterator[Said]:
    """Every object with a reason, however deep: queries of the AWS CLI nest as they like."""
    if depth > MAX_DEPTH:
        return
    if isinstance(parsed, list) and parsed and all(isinstance(part, str) for part in parsed):
        yield Said(" ".join(parsed))
        return
    if isinstance(parsed, dict):
        yield from _of_event(parsed)
    for part in parsed.values() if isinstance(parsed, dict) else parsed:
        if isinstance(part, (list, dict)):
            yield from _events(part, depth + 1)


def _of_event(event: dict[str, Any]) -> Iterator[Said]:
    reason = next((event[key] for key in _REASONS if isinstance(event.get(key), str)), "")
    status = next((event[key] for key in _STATUSES if event.get(key) in _TELLING), "")
    if _matters(reason) or status:
        where = event.get("LogicalResourceId") or event.get("Account") or event.get("StackName") or ""
        yield Said(f"{status}: {reason}" if status else reason, str(where))


_REASONS = ("ResourceStatusReason", "StackStatusReason", "StatusReason", "Message")
_STATUSES = ("ResourceStatus", "StackStatus", "Status")
_TELLING = frozenset({"DELETE_FAILED", "INOPERABLE"})


def _quoted(reason: str) -> str:
    line = " ".join(reason.split())
    return line if len(line) <= MAX_QUOTE else f"{line[: MAX_QUOTE - 1]}…"
