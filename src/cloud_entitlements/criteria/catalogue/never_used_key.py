"""A key that nobody ever needed: made, and not used once."""

from __future__ import annotations

from collections.abc import Iterator

from cloud_entitlements.criteria.access_keys import active_keys
from cloud_entitlements.criteria.criterion import (
    Criterion,
    Evidence,
    Fix,
    Judgement,
    Standards,
    fails,
    passes,
    unknown,
)
from cloud_entitlements.criteria.evidence import few
from cloud_entitlements.criteria.facts import when
from cloud_entitlements.criteria.subject import Around, Row, Subject


def judge(subject: Subject, around: Around) -> Judgement:
    active = active_keys(subject, around)
    if isinstance(active, Judgement):
        return active
    unused = [key for key in active if when(key["last_used_at"]) is None]
    found = few(_old(unused, around), "keys")
    if found:
        return fails(*found)
    if any(when(key["created_at"]) is None for key in unused):
        return unknown("when a key was made was not read")
    return passes()


def _old(unused: list[Row], around: Around) -> Iterator[Evidence]:
    for key in unused:
        created = when(key["created_at"])
        if created is None or around.period is None:
            continue
        age = around.now - created
        if age > around.period:
            yield Evidence(
                f"access key `{key['id']}` was made {age.days} days ago, and never used",
                key_id=key["id"],
                at=key["created_at"],
            )


CRITERION = Criterion(
    id="never-used-key",
    title="Key that was never used",
    types=("user",),
    why="A key that was made and never used serves nobody, and lies somewhere all the same: in a file, a mail, a script.",
    fix=Fix(
        console="IAM > Users > {name} > Security credentials > Access keys > {key} > Actions: Deactivate, then Delete.",
        cli="aws iam update-access-key --user-name {name} --access-key-id {key} --status Inactive\naws iam delete-access-key --user-name {name} --access-key-id {key}",
        terraform="# remove the aws_iam_access_key {key} of {name}",
    ),
    criticality="medium",
    needs=("authorization_details", "access_keys"),
    standards=Standards(cis=("1.11", "1.12"), nist=("AC-2(3)", "IA-5"), iso=("A.5.17",)),
    judge=judge,
    period=30,
)
