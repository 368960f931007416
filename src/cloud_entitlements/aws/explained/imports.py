"""Snapshots from files: what is wrong with a file, and what nobody gave."""

from cloud_entitlements.aws.explained.kind import Cause, Group, Kind

_PRINT = "aws iam get-account-authorization-details > {account}.json"
_AGAIN = "import again under the same name"

GROUP = Group(
    "Imports",
    "A file is imported whole or not at all; what it would have told, and what nobody gave, is unknown and never absent.",
    (
        Kind(
            "file_malformed",
            "A file of the import can't be read",
            (
                Cause(
                    "the file was cut off or changed on its way",
                    f"print it again, or ask for it again: {_PRINT}",
                    tell="the message says `no JSON`, or names the place where the file ends",
                    then=_AGAIN,
                ),
                Cause(
                    "the file is something else than the option takes: another command's answer, or a field that it can't have",
                    "leave it out, or write it as docs/how-to/import-files.md describes",
                    tell="the message names a field, with what was expected and what was found",
                    then=_AGAIN,
                ),
                Cause(
                    "two files say different things of one identity",
                    "leave out the older one",
                    tell="the message names the other file",
                    then=_AGAIN,
                ),
            ),
        ),
        Kind(
            "file_incomplete",
            "A part of what AWS prints is not in the files",
            (
                Cause(
                    "the account was printed page by page, and the last page is not among the files",
                    f"print all pages at once: {_PRINT}",
                    tell="the message names `IsTruncated`",
                    then=_AGAIN,
                ),
                Cause(
                    "it was printed with `--filter` or `--query`, or lists were taken out",
                    f"print it without either: {_PRINT}",
                    tell="the message names lists, such as `UserDetailList`",
                    then=_AGAIN,
                ),
            ),
        ),
        Kind(
            "not_given",
            "The import was not given this",
            (
                Cause(
                    "none of the files is about it",
                    "import again under the same name, with the file or the option that the message names",
                    tell="the message names an option, or says `a file of it`",
                ),
                Cause(
                    "no file of it can be imported: only a connection collects it",
                    "nothing to do, as long as no answer names it under `not read`; else connect the account or the organization",
                    tell="the message says `no file of it can be imported`",
                ),
            ),
        ),
    ),
)  # fmt: skip
