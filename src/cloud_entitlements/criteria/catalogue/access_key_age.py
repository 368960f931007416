"""A key that is never changed is good for as long as it takes to leak."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

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
from cloud_entitlements.criteria.facts import when
from cloud_entitlements.criteria.subject import Around, Row, Subject


def judge(subject: Subject, around: Around) -> Judgement:
    active = active_keys(subject, around)
    if isinstance(active, Judgement):
        return active
    old = tuple(_old(active, around))
    if old:
        return fails(*old)
    undated = [key["id"] for key in active if when(key["created_at"]) is None]
    return unknown(f"AWS did not say when `{undated[0]}` was created") if undated else passes()


def _old(keys: Iterable[Row], around: Around) -> Iterator[Evidence]:
    for key in keys:
        created = when(key["created_at"])
        if created is None or around.period is None:
            continue
        age = around.now - created
        if age > around.period:
            yield Evidence(
                f"access key `{key['id']}` is {age.days} days old", key_id=key["id"], at=key["created_at"]
            )


CRITERION = Criterion(
    id="access-key-age",
    title="Old access key",
    types=("user",),
    why="Access keys end up in files, images and tickets. The older a key, the more copies of it there are, and nobody knows them all.",
    fix=Fix(
        console="IAM > Users > {name} > Security credentials > Create access key. Move what uses {key} to the new one, make {key} inactive, and delete it when nothing complained for some days. Better: use a role instead of a key.",
        cli="aws iam create-access-key --user-name {name}\n# when everything uses the new one\naws iam update-access-key --user-name {name} --access-key-id {key} --status Inactive\naws iam delete-access-key --user-name {name} --access-key-id {key}",
        terraform='resource "aws_iam_access_key" "next" {\n  user = {name}\n}\n# when everything uses it, remove the resource of {key}',
    ),
    criticality="medium",
    needs=("authorization_details", "access_keys"),
    standards=Standards(cis=("1.14",), nist=("AC-2(1)", "IA-5(1)"), iso=("A.5.17",)),
    judge=judge,
    period=90,
)
