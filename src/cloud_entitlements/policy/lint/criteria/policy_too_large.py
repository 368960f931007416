from __future__ import annotations

import re
from collections.abc import Iterator

from cloud_entitlements.policy.lint.document import Document, Kind
from cloud_entitlements.policy.lint.finding import Criterion, Found

LIMITS: dict[Kind, tuple[int, str]] = {
    "identity": (
        6_144,
        "of a managed policy; inline ones share 2,048 in a user, 5,120 in a group and 10,240 in a role",
    ),
    "trust": (2_048, "of a trust policy, unless the account's quota was raised, to 4,096 at most"),
    "scp": (10_240, "of a service control policy"),
    "rcp": (5_120, "of a resource control policy"),
}
"""IAM User Guide, "IAM and AWS STS quotas"; Organizations User Guide, "Quotas"; SCPs were doubled in May 2026. Each service has its own for its resources."""
_STRING_OR_SPACE = re.compile(r'("(?:[^"\\]|\\.)*")|\s+')


def _find(document: Document) -> Iterator[Found]:
    if document.malformed is not None or document.kind not in LIMITS:
        return
    most, of_what = LIMITS[document.kind]
    size = _size(document)
    if size > most:
        yield Found(f"{size:,} characters, and {most:,} are the most {of_what}", document.place)


def _size(document: Document) -> int:
    """IAM counts no white space; Organizations counts what is saved, which may have none between elements."""
    if document.kind in ("scp", "rcp"):
        return len(_STRING_OR_SPACE.sub(r"\1", document.source).encode("utf-8", "replace"))
    return len("".join(document.source.split()))


POLICY_TOO_LARGE = Criterion(
    code="policy-too-large",
    title="The policy is larger than AWS's quota",
    severity="warning",
    why="AWS refuses to save it.",
    fix="join statements, use patterns for actions, or split it into several policies",
    find=_find,
)
