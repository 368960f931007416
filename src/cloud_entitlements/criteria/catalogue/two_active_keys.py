"""Two keys of one user that are good at the same time."""

from __future__ import annotations

from cloud_entitlements.criteria.access_keys import active_keys
from cloud_entitlements.criteria.criterion import (
    Criterion,
    Evidence,
    Fix,
    Judgement,
    Standards,
    fails,
    passes,
)
from cloud_entitlements.criteria.subject import Around, Row, Subject


def judge(subject: Subject, around: Around) -> Judgement:
    active = active_keys(subject, around)
    if isinstance(active, Judgement):
        return active
    if len(active) == 1:
        return passes()
    return fails(*(_evidence(one) for one in sorted(active, key=lambda key: str(key["created_at"]))))


def _evidence(key: Row) -> Evidence:
    used = f"last used {key['last_used_at']}" if key["last_used_at"] else "never used"
    made = key["created_at"] or ""
    return Evidence(
        f"access key `{key['id']}`, made {made or 'at an unknown time'}, {used}", key_id=key["id"], at=made
    )


CRITERION = Criterion(
    id="two-active-keys",
    title="Two active keys",
    types=("user",),
    why="The second key is for the moment in which one is changed for the other. Where both stay, each is one more secret that can leak, and the older is forgotten.",
    fix=Fix(
        console="IAM > Users > {name} > Security credentials > Access keys: move what uses the older key to the newer one, then deactivate and delete the older.",
        cli="aws iam list-access-keys --user-name {name}\naws iam update-access-key --user-name {name} --access-key-id {key} --status Inactive\naws iam delete-access-key --user-name {name} --access-key-id {key}",
        terraform="# keep one aws_iam_access_key of {name}, and remove the one of {key}",
    ),
    criticality="low",
    needs=("authorization_details", "access_keys"),
    standards=Standards(cis=("1.13",), nist=("AC-2", "IA-5"), iso=("A.5.17",)),
    judge=judge,
)
