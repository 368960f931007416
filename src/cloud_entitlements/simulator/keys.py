"""Access key ids tell their account, on AWS as in moto: no need to look through every account for one.

moto looks through all accounts and partitions at each request, which grows with the organization.
"""

from __future__ import annotations

import base64
from typing import Any

from moto.core import responses
from moto.iam import models
from moto.iam.utils import ACCOUNT_OFFSET, AWS_ROLE_ALPHABET

_PREFIX, _PART = 4, 8


def account_of(key_id: str) -> str:
    """The account id inside an access key id. Raises ValueError for junk."""
    part = key_id[_PREFIX : _PREFIX + _PART]
    half = int.from_bytes(base64.b32decode(part), "big") - ACCOUNT_OFFSET
    odd = AWS_ROLE_ALPHABET.index(key_id[_PREFIX + _PART]) >= len(AWS_ROLE_ALPHABET) // 2
    if not 0 <= half < 10**12:
        raise ValueError(f"no access key id: `{key_id}`")
    return f"{half * 2 + odd:012}"


def install() -> None:
    original = models.get_account_id_from

    def get_account_id_from(key_id: str) -> Any:
        try:
            return account_of(key_id)
        except (ValueError, IndexError):
            return original(key_id)

    models.get_account_id_from = get_account_id_from
    if hasattr(responses, "get_account_id_from"):
        responses.get_account_id_from = get_account_id_from
