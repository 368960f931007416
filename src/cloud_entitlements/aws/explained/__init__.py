"""Every kind of failure: its code, its probable causes ranked, how to tell them apart, and the fix of each.

One file a group of kinds; pages, terminal, API and the documentation show these texts and no others. To add a
kind, add it to its group and provoke it in a test. Imports nothing of ours.
"""

from cloud_entitlements.aws.explained import imports, members, organization, platform, role, running, stack
from cloud_entitlements.aws.explained.kind import Cause, Failure, Group, Kind, filled, split_fix

GROUPS: tuple[Group, ...] = (
    platform.GROUP,
    role.GROUP,
    organization.GROUP,
    stack.GROUP,
    members.GROUP,
    running.GROUP,
    imports.GROUP,
)
KINDS: dict[str, Kind] = {kind.code: kind for group in GROUPS for kind in group.kinds}


def causes_of(code: str, **facts: str) -> tuple[Cause, ...]:
    """The causes of a kind with what is known filled in; none for a code that is only AWS's own."""
    kind = KINDS.get(code)
    return tuple(filled(cause, facts) for cause in kind.causes) if kind else ()


def explain(code: str, call: str, message: str, request_id: str = "", **facts: str) -> Failure:
    return Failure(code, call, message, causes_of(code, **facts), request_id)


__all__ = ["GROUPS", "KINDS", "Cause", "Failure", "Group", "Kind", "causes_of", "explain", "split_fix"]
