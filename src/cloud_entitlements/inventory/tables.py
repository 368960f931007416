"""The tables of a snapshot. A row carries `account_id` and `collector`: whose part it came in.

Types are DuckDB's. Moments are ISO 8601 text in UTC, as AWS gave them. Documents are stored once, by the
SHA-256 of their canonical JSON. Imports nothing of ours.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

_TAGS = "MAP(VARCHAR, VARCHAR)"
_INLINE = "STRUCT(name VARCHAR, document VARCHAR)[]"
"""Inline policies: name, and the SHA-256 of the document."""
_USED_SERVICES = 'STRUCT(service VARCHAR, "at" VARCHAR, region VARCHAR)[]'  # AT is a word of SQL
_USED_ACTIONS = 'STRUCT(action VARCHAR, "at" VARCHAR, region VARCHAR)[]'

_REFERENCE = "STRUCT(name VARCHAR, path VARCHAR)"
"""A customer managed policy of whichever account a permission set is provisioned to."""


@dataclass(frozen=True, slots=True)
class Table:
    name: str
    key: tuple[str, ...]
    """Rows with the same key are one fact, e.g. when AWS repeats a page."""
    columns: Mapping[str, str]
    shared: bool = False
    """Rows belong to no account: kept once, and from every snapshot before."""
    long_rows: bool = False
    """Written in small groups, so that those of one account are read without the others'."""


OWN_COLUMNS = {"account_id": "VARCHAR", "collector": "VARCHAR"}


def _table(name: str, key: str, /, *, long_rows: bool = False, **columns: str) -> Table:
    whole = ("account_id", *key.split()) if key else ("account_id",)
    return Table(name, whole, {**OWN_COLUMNS, **columns}, long_rows=long_rows)


TABLES: dict[str, Table] = {
    table.name: table
    for table in (
        _table("organization", "id", id="VARCHAR", arn="VARCHAR", management_account_id="VARCHAR", feature_set="VARCHAR"),
        _table("units", "id", id="VARCHAR", kind="VARCHAR", parent_id="VARCHAR", name="VARCHAR", path="VARCHAR",
               name_path="VARCHAR"),
        _table("policy_types", "root_id type", root_id="VARCHAR", type="VARCHAR", status="VARCHAR"),
        _table("accounts", "id", id="VARCHAR", name="VARCHAR", arn="VARCHAR", state="VARCHAR", parent_id="VARCHAR",
               path="VARCHAR", name_path="VARCHAR", joined_method="VARCHAR", joined_at="VARCHAR"),
        _table("organization_policies", "id", id="VARCHAR", type="VARCHAR", name="VARCHAR", arn="VARCHAR",
               aws_managed="BOOLEAN", document="VARCHAR"),
        _table("organization_policy_targets", "policy_id target_id", policy_id="VARCHAR", target_id="VARCHAR",
               target_type="VARCHAR"),
        _table("users", "arn", arn="VARCHAR", id="VARCHAR", name="VARCHAR", path="VARCHAR", created_at="VARCHAR",
               groups="VARCHAR[]", attached="VARCHAR[]", inline=_INLINE, boundary="VARCHAR", tags=_TAGS),
        _table("groups", "arn", arn="VARCHAR", id="VARCHAR", name="VARCHAR", path="VARCHAR", created_at="VARCHAR",
               attached="VARCHAR[]", inline=_INLINE),
        _table("roles", "arn", arn="VARCHAR", id="VARCHAR", name="VARCHAR", path="VARCHAR", created_at="VARCHAR",
               trust="VARCHAR", attached="VARCHAR[]", inline=_INLINE, boundary="VARCHAR", tags=_TAGS,
               instance_profiles="VARCHAR[]", last_used_at="VARCHAR", last_used_region="VARCHAR"),
        _table("managed_policies", "arn", arn="VARCHAR", id="VARCHAR", name="VARCHAR", path="VARCHAR",
               aws_managed="BOOLEAN", attachment_count="BIGINT", boundary_count="BIGINT",
               default_version="VARCHAR", document="VARCHAR",
               versions="STRUCT(id VARCHAR, document VARCHAR, created_at VARCHAR)[]", updated_at="VARCHAR"),
        _table("account_summary", "name", name="VARCHAR", value="BIGINT"),
        _table("password_policy", "", present="BOOLEAN", settings="MAP(VARCHAR, VARCHAR)"),
        _table("credential_report", "arn", arn="VARCHAR", user="VARCHAR", generated_at="VARCHAR",
               columns="MAP(VARCHAR, VARCHAR)"),
        _table("mfa_devices", "serial_number", serial_number="VARCHAR", user_arn="VARCHAR", user_name="VARCHAR",
               kind="VARCHAR", enabled_at="VARCHAR"),
        _table("access_keys", "id", id="VARCHAR", user_arn="VARCHAR", user_name="VARCHAR", status="VARCHAR",
               created_at="VARCHAR", last_used_at="VARCHAR", last_used_service="VARCHAR", last_used_region="VARCHAR",
               asked_at="VARCHAR"),
        # `services` and `actions` have only those with a date; `tracked` are all the namespaces that AWS listed. An
        # identity without a row was not asked yet, which is not the same as one that used nothing.
        _table("last_accessed", "arn", long_rows=True, arn="VARCHAR", id="VARCHAR", asked_at="VARCHAR",
               granularity="VARCHAR", services=_USED_SERVICES, tracked="VARCHAR[]", actions=_USED_ACTIONS, tracked_actions="VARCHAR[]"),
        _table("oidc_providers", "arn", arn="VARCHAR", url="VARCHAR", client_ids="VARCHAR[]",
               thumbprints="VARCHAR[]", created_at="VARCHAR"),
        _table("saml_providers", "arn", arn="VARCHAR", valid_until="VARCHAR", created_at="VARCHAR"),
        _table("root_access_features", "name", name="VARCHAR"),
        _table("identity_center", "instance_arn", instance_arn="VARCHAR", identity_store_id="VARCHAR", region="VARCHAR",
               owner="VARCHAR", kms_key="VARCHAR"),
        _table("permission_sets", "arn", arn="VARCHAR", name="VARCHAR", session_duration="VARCHAR",
               attached="VARCHAR[]", customer=f"{_REFERENCE}[]", inline="VARCHAR", boundary="VARCHAR",
               customer_boundary=_REFERENCE),
        _table("account_assignments", "permission_set target_id principal_type principal_id", permission_set="VARCHAR",
               target_id="VARCHAR", principal_type="VARCHAR", principal_id="VARCHAR"),
        _table("directory_users", "id", id="VARCHAR", name="VARCHAR", display_name="VARCHAR", enabled="BOOLEAN"),
        _table("directory_groups", "id", id="VARCHAR", name="VARCHAR"),
        _table("directory_memberships", "group_id user_id", group_id="VARCHAR", user_id="VARCHAR"),
        _table("resource_policies", "arn", arn="VARCHAR", owner="VARCHAR", document="VARCHAR",
               settings="VARCHAR"),
        Table("documents", ("sha256",), {"sha256": "VARCHAR", "text": "VARCHAR", "malformed": "BOOLEAN"}, shared=True),
        _table("collections", "of_collector", of_collector="VARCHAR", outcome="VARCHAR", collected_at="VARCHAR"),
        _table("gaps", "of_collector", of_collector="VARCHAR", call="VARCHAR", code="VARCHAR", message="VARCHAR",
               stale_since="VARCHAR", at="VARCHAR"),
    )
}  # fmt: skip

BOOKKEEPING = frozenset({"collections", "gaps"})
"""Written by publishing itself, afresh each time."""
