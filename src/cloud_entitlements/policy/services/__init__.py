"""What a service does differently, one file a service: small overrides that the decision asks for by service.

`Quirks` has the ordinary answer to each question; a service's file replaces those that differ. Adding a service is a file
and its line here; the decision has no `if` for any.
"""

from __future__ import annotations

from cloud_entitlements.policy.services import kms, lambda_, s3, sts
from cloud_entitlements.policy.services.quirks import ORDINARY, Quirks

_BY_SERVICE: dict[str, Quirks] = {
    "kms": kms.QUIRKS,
    "lambda": lambda_.QUIRKS,
    "s3": s3.QUIRKS,
    "sts": sts.QUIRKS,
}


def quirks_of(service: str) -> Quirks:
    return _BY_SERVICE.get(service, ORDINARY)
