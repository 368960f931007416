"""`/api/v1/snapshots`: the list of them, and what changed between two."""

from __future__ import annotations

import base64
import json
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from ninja import Query, Router
from ninja.errors import HttpError

from cloud_entitlements.access.change_records import changes_record, identity_change_record
from cloud_entitlements.access.changes import Changes
from cloud_entitlements.access.records import listed_snapshot_record
from cloud_entitlements.inventory import Snapshot, default_snapshot
from cloud_entitlements.server.access import compared
from cloud_entitlements.server.access.listed import cursor, start_of
from cloud_entitlements.server.access.question import Reading
from cloud_entitlements.server.access.snapshot_records import (
    ChangesRecord,
    DiffQuestion,
    SnapshotPage,
    SnapshotRecords,
)
from cloud_entitlements.server.connections.api_records import PROBLEMS, Problem

router = Router(tags=["snapshots"])


@router.get(
    "",
    response={200: SnapshotRecords, 400: Problem, **PROBLEMS},
    summary="Snapshots that may be asked, the newest first",
    operation_id="snapshots_list",
)
def listed(request: HttpRequest, page: Query[SnapshotPage]) -> dict[str, Any]:
    default = default_snapshot(settings.SNAPSHOTS_DIR)
    found = [one for one in compared.snapshots() if page.connection in (None, *_names(one))]
    if page.cursor:
        last = _moment_of(page.cursor)
        found = [one for one in found if _moment(one) < last]
    some = found[: page.limit]
    more = len(found) > len(some)
    return {
        "items": [listed_snapshot_record(one, default=one == default) for one in some],
        "next_cursor": _after(some[-1]) if more else None,
    }


def _names(one: Snapshot) -> tuple[str, str]:
    return one.manifest.connection_id, one.manifest.name


def _moment(one: Snapshot) -> tuple[str, str]:
    return one.manifest.created_at, one.manifest.id


def _after(one: Snapshot) -> str:
    """A moment, and no place: snapshots come and go while somebody reads the list."""
    return base64.urlsafe_b64encode(json.dumps(_moment(one)).encode()).decode().rstrip("=")


def _moment_of(given: str) -> tuple[str, str]:
    try:
        found = json.loads(base64.urlsafe_b64decode(given + "=" * (-len(given) % 4)))
    except (ValueError, RecursionError):
        found = None
    match found:
        case [str() as at, str() as id_]:
            return at, id_
    raise HttpError(400, "the cursor is not one of this list: start again without it")


@router.get(
    "/diff",
    response={200: ChangesRecord, 400: Problem, **PROBLEMS},
    summary="What changed between two snapshots: ids, or `latest` and `previous`",
    operation_id="snapshots_diff",
)
def diff(request: HttpRequest, asked: Query[DiffQuestion]) -> dict[str, Any]:
    read = Reading()
    service = read.service(asked.service)
    read.end()
    found = compared.compare(asked.old, asked.new, asked.connection)
    chosen = _chosen(found.changes, asked.identity, service)
    key = " ".join((found.old.manifest.id, found.new.manifest.id, asked.identity or "", service or ""))
    start = start_of(asked.cursor, key) if asked.cursor else 0
    if start is None:
        raise HttpError(400, "the cursor is not one of this difference: start again without it")
    end = start + asked.limit
    return {
        **changes_record(chosen, found.old, found.new),
        "items": [identity_change_record(one) for one in chosen.identities[start:end]],
        "next_cursor": cursor(key, end) if end < len(chosen.identities) else None,
    }


def _chosen(found: Changes, identity: str | None, service: str | None) -> Changes:
    chosen = found.of(identity) if identity else found
    return chosen.about(service) if service else chosen
