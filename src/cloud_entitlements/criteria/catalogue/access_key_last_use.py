"""A key that was used once and is not any more: nobody would miss it, and nobody would notice who else uses it.

Keys that were never used at all are the matter of `never-used-key`, so that one key is recommended about once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from cloud_entitlements.criteria.access_keys import active_keys
from cloud_entitlements.criteria.criterion import (
    Criterion,
    Evidence,
    Fix,
    Judgement,
    Standards,
    fails,
    not_applicable,
    passes,
)
from cloud_entitlements.criteria.facts import when
from cloud_entitlements.criteria.subject import Around, Row, Subject


def judge(subject: Subject, around: Around) -> Judgement:
    active = active_keys(subject, around)
    if isinstance(active, Judgement):
        return active
    used = [(key, at) for key in active if (at := when(key["last_used_at"]))]
    if not used:
        return not_applicable("none of the user's active access keys was ever used")
    unused = tuple(_unused(used, around))
    return fails(*unused) if unused else passes()


def _unused(keys: Iterable[tuple[Row, datetime]], around: Around) -> Iterator[Evidence]:
    for key, used in keys:
        since = around.now - used
        if around.period is not None and since > around.period:
            service = f", for `{key['last_used_service']}`" if key.get("last_used_service") else ""
            yield Evidence(
                f"access key `{key['id']}` was last used {since.days} days ago{service}",
                key_id=key["id"],
                at=key["last_used_at"],
            )


CRITERION = Criterion(
    id="access-key-last-use",
    title="Unused access key",
    types=("user",),
    why="A key that nobody uses any more still works for whoever finds it, and its owner would not notice.",
    fix=Fix(
        console="IAM > Users > {name} > Security credentials > Access keys > {key} > Actions > Deactivate; delete it when nothing complained for some days.",
        cli="aws iam get-access-key-last-used --access-key-id {key}\naws iam update-access-key --user-name {name} --access-key-id {key} --status Inactive\n# when nothing complained\naws iam delete-access-key --user-name {name} --access-key-id {key}",
        terraform='# in the aws_iam_access_key of {key}, for user {name}; then remove the resource\nstatus = "Inactive"',
    ),
    criticality="medium",
    needs=("authorization_details", "access_keys"),
    standards=Standards(cis=("1.12",), nist=("AC-2(3)", "IA-5"), iso=("A.5.17", "A.5.18")),
    judge=judge,
    period=90,
)
