"""A snapshot from files that somebody was given: no connection, no credentials, no call to AWS.

What was not given is unknown, and the snapshot says so: a gap with the code `not_given` in each such part. An import
holds what its files say and nothing of an earlier one of the same name.
"""

from cloud_entitlements.inventory.offline.importing import Given, Imported, import_files
from cloud_entitlements.inventory.offline.problems import GAP_CODES, NothingRead, Problem
from cloud_entitlements.inventory.offline.removing import NotAnImport, Removable, removable, remove

__all__ = [
    "GAP_CODES",
    "Given",
    "Imported",
    "NotAnImport",
    "NothingRead",
    "Problem",
    "Removable",
    "import_files",
    "removable",
    "remove",
]
