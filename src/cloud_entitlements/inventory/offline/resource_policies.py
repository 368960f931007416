"""`--resource-policies FILE`: `{"<arn>": {"owner": "<account>", "policy": {…}}}`. `null` says that it has none.

Of a bucket also `object_ownership` and `block_public_access`, what holds of the latter for account and bucket together.

A resource that the file does not name is unknown: no file can tell that it names all.
"""

from __future__ import annotations

import json
import re
from typing import Any

from cloud_entitlements.inventory.authorization_details import Row
from cloud_entitlements.inventory.documents import canonical
from cloud_entitlements.inventory.offline.reading import Reader
from cloud_entitlements.inventory.offline.shapes import Missing, Wrong, document, fields, flag, matching

_ARN = re.compile(r"arn:aws[a-z-]*:[a-z0-9-]+:[a-z0-9-]*:([0-9]{12})?:(?s:.+)")
_BLOCKS = ("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets")
_OWNERSHIP = re.compile("BucketOwnerEnforced|BucketOwnerPreferred|ObjectWriter")
_ENTRY = fields({}, {"owner": matching(re.compile(r"[0-9]{12}").fullmatch, "an account id, 12 digits in quotes"),
                     "policy": document,
                     "object_ownership": matching(_OWNERSHIP.fullmatch, "BucketOwnerEnforced, BucketOwnerPreferred or ObjectWriter"),
                     "block_public_access": fields({}, dict.fromkeys(_BLOCKS, flag), closed=True)}, closed=True)  # fmt: skip
_SETTINGS = ("object_ownership", "block_public_access")


def read_resource_policies(reader: Reader) -> dict[str, list[Row]]:
    """Rows by the account that owns the resource. Raises Malformed."""
    found: dict[str, list[Row]] = {}
    for arn in reader.members():
        entry = reader.value()
        try:
            owner = _owner(arn, entry)
            rows = _rows(arn, owner, entry)
        except Wrong as wrong:
            raise reader.refuse(str(wrong), path=wrong.path) from wrong
        found.setdefault(owner, []).extend(rows)
    if reader.peek():
        reader.value()
        raise reader.refuse("something follows the end of the resource policies")
    return found


def _owner(arn: str, entry: Any) -> str:
    named = _ARN.fullmatch(arn)
    if named is None:
        raise Wrong(arn, "the ARN of a resource as the name", arn)
    if not isinstance(entry, dict) or "policy" not in entry:
        raise Wrong(arn, "an object with `policy` (`null` when it has none) and `owner`", entry)
    told = entry["policy"] is not None
    _ENTRY(entry, arn)
    if not told:
        entry["policy"] = None
    owner = entry.get("owner") or named.group(1)
    if not owner:
        raise Missing(f"{arn}.owner")
    return str(owner)


def _rows(arn: str, owner: str, entry: dict[str, Any]) -> list[Row]:
    settings = {name: entry[name] for name in _SETTINGS if name in entry}
    row = {
        "arn": arn,
        "owner": owner,
        "document": None,
        "settings": json.dumps(settings) if settings else None,
    }
    if entry["policy"] is None:
        return [("resource_policies", row)]
    content = canonical(entry["policy"])
    if content.malformed:
        raise Wrong(f"{arn}.policy", "a policy in JSON", entry["policy"])
    return [("documents", content.row()), ("resource_policies", {**row, "document": content.sha256})]
