"""What a service does differently, one file a service: small overrides that the decision asks for by service.

`Quirks` has the ordinary answer to each question; a service's file replaces those that differ. Adding a service is a file
and its line here; the decision has no `if` for any. SEC-01: Secrets Manager needs none, the six characters that end a
secret's ARN are matched like any others.
"""

from __future__ import annotations

from cloud_entitlements.policy.services import iam, kms, lambda_, s3, sns, sqs, sts
from cloud_entitlements.policy.services.quirks import ORDINARY, Quirks

_BY_SERVICE: dict[str, Quirks] = {
    "iam": iam.QUIRKS,
    "kms": kms.QUIRKS,
    "lambda": lambda_.QUIRKS,
    "s3": s3.QUIRKS,
    **s3.VARIANTS,
    "sns": sns.QUIRKS,
    "sqs": sqs.QUIRKS,
    "sts": sts.QUIRKS,
}


def quirks_of(service: str) -> Quirks:
    return _BY_SERVICE.get(service, ORDINARY)
