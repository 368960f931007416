"""What was found: facts, staged while they are collected, published as an immutable snapshot.

Owns the tables of a snapshot, the staging files of a run, publishing, and reading. A snapshot is a folder of
Parquet files and a manifest; the manifest, written last, makes it visible, and nothing changes it afterwards.
What could not be read is a row in `gaps` and lowers the coverage: it is never an empty table. Opens without
Django and without boto3, so a terminal can ask a folder. Imports nothing of ours.
`offline` makes a snapshot from files; `default` says which snapshot counts when none is named.
"""

from cloud_entitlements.inventory.default import default_snapshot
from cloud_entitlements.inventory.documents import Document, canonical
from cloud_entitlements.inventory.manifest import Coverage, Manifest
from cloud_entitlements.inventory.offline import import_files
from cloud_entitlements.inventory.publish import Publication, publish
from cloud_entitlements.inventory.snapshot import DamagedSnapshot, Snapshot, prune, remove_connection
from cloud_entitlements.inventory.staging import Gap, Outcome, Staging
from cloud_entitlements.inventory.tables import TABLES, Table

__all__ = [
    "TABLES",
    "Coverage",
    "DamagedSnapshot",
    "Document",
    "Gap",
    "Manifest",
    "Outcome",
    "Publication",
    "Snapshot",
    "Staging",
    "Table",
    "canonical",
    "default_snapshot",
    "import_files",
    "prune",
    "publish",
    "remove_connection",
]
