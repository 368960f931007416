"""What `aws iam get-account-authorization-details` prints: merged, page by page, or several pages in a list."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from cloud_entitlements.inventory.authorization_details import NORMALIZE
from cloud_entitlements.inventory.offline.reading import Reader
from cloud_entitlements.inventory.offline.shapes import (
    Shape,
    Wrong,
    count,
    document,
    fields,
    listed,
    matching,
    moment,
    text,
)

EXPECTED = "what `aws iam get-account-authorization-details` prints"
_ARN = r"arn:aws[a-z-]*:iam::({account}):{kind}/(?s:.+)"
_ACCOUNT = re.compile(_ARN.format(account="[0-9]{12}", kind="(?:user|group|role|policy)"))


def _arn(kind: str, account: str = "[0-9]{12}") -> Shape:
    pattern = re.compile(_ARN.format(account=account, kind=kind))
    return matching(pattern.fullmatch, f"the ARN of a {kind}")


_INLINE = listed(fields({"PolicyName": text, "PolicyDocument": document}, {}))
_ATTACHED = listed(fields({"PolicyArn": text}, {}))
_BOUNDARY = fields({}, {"PermissionsBoundaryArn": text})
_TAGS = listed(fields({"Key": text, "Value": text}, {}))
_ENTITY = {"Path": text, "CreateDate": moment, "AttachedManagedPolicies": _ATTACHED}
_VERSION = fields({"VersionId": text}, {"Document": document, "CreateDate": moment})
SHAPES: Mapping[str, Shape] = {
    "UserDetailList": fields(
        {"Arn": _arn("user")},
        {**_ENTITY, "UserId": text, "UserName": text, "UserPolicyList": _INLINE, "GroupList": listed(text),
         "PermissionsBoundary": _BOUNDARY, "Tags": _TAGS},
    ),
    "GroupDetailList": fields(
        {"Arn": _arn("group")}, {**_ENTITY, "GroupId": text, "GroupName": text, "GroupPolicyList": _INLINE}
    ),
    "RoleDetailList": fields(
        {"Arn": _arn("role"), "AssumeRolePolicyDocument": document},
        {**_ENTITY, "RoleId": text, "RoleName": text, "RolePolicyList": _INLINE, "Tags": _TAGS,
         "PermissionsBoundary": _BOUNDARY, "InstanceProfileList": listed(fields({"Arn": text}, {})),
         "RoleLastUsed": fields({}, {"LastUsedDate": moment, "Region": text})},
    ),
    "Policies": fields(
        {"Arn": _arn("policy", "[0-9]{12}|aws")},
        {"PolicyId": text, "PolicyName": text, "Path": text, "AttachmentCount": count, "DefaultVersionId": text,
         "PermissionsBoundaryUsageCount": count, "PolicyVersionList": listed(_VERSION), "UpdateDate": moment},
    ),
}  # fmt: skip
assert set(SHAPES) == set(NORMALIZE)  # noqa: S101  INVARIANT: what is made into rows was checked before


@dataclass(frozen=True, slots=True)
class Entry:
    field: str
    path: str
    found: Mapping[str, Any]

    @property
    def account_id(self) -> str:
        """Empty for AWS's own policies, which are in every account."""
        own = _ACCOUNT.fullmatch(self.found["Arn"])
        return own.group(1) if own else ""


@dataclass(slots=True)
class Answer:
    """One file. `fields` and `truncated` count once all entries were taken."""

    reader: Reader
    fields: set[str] = field(default_factory=set)
    truncated: bool = False
    """The last page says that more follows."""

    def entries(self) -> Iterator[Entry]:
        if not self.reader.peek():
            raise self.reader.refuse(f"the file is empty: expected {EXPECTED}")
        while found := self.reader.peek():
            if found == "[":
                for number in self.reader.items():
                    yield from self._page(f"[{number}].")
            else:
                yield from self._page("")

    def _page(self, prefix: str) -> Iterator[Entry]:
        names = []
        self.truncated = False
        if self.reader.peek() not in ("{", ""):
            self.reader.value()
            raise self.reader.refuse(f"expected {EXPECTED}", path=prefix.rstrip("."))
        for name in self.reader.members():
            names.append(name)
            if name in SHAPES:
                yield from self._list(name, prefix + name)
            else:
                value = self.reader.value()
                self.truncated |= (name == "IsTruncated" and value is True) or (
                    name == "NextToken" and bool(value)
                )
        if not self.fields.intersection(names):
            known = ", ".join(f"`{name}`" for name in names[:5]) or "nothing"
            raise self.reader.refuse(
                f"expected {EXPECTED}, found an object of {known}", path=prefix.rstrip(".")
            )

    def _list(self, name: str, path: str) -> Iterator[Entry]:
        self.fields.add(name)
        if self.reader.peek() not in ("[", ""):
            self.reader.value()
            raise self.reader.refuse("expected a list", path=path)
        for number in self.reader.items():
            found = self.reader.value()
            try:
                SHAPES[name](found, f"{path}[{number}]")
            except Wrong as wrong:
                raise self.reader.refuse(str(wrong), path=wrong.path) from wrong
            yield Entry(name, f"{path}[{number}]", found)
