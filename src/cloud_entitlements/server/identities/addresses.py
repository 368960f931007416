"""Addresses of pages about an identity: the same wherever they are linked."""

from __future__ import annotations

from urllib.parse import urlencode

from cloud_entitlements.server.identities.about import About


def identity_address(arn: str, connection: str, **more: str) -> str:
    return f"/identity/?{urlencode({'arn': arn, 'connection': connection, **more})}"


def path_address(about: About, **more: str) -> str:
    return identity_address(about.subject.arn, about.one.row.connection_id, part="path", **more)


def permissions_page(about: About) -> str:
    return identity_address(about.subject.arn, about.one.row.connection_id, part="permissions")


def permissions_address(about: About, **more: str) -> str:
    """*Ask access*: each action with its proof."""
    given = {"principal": about.subject.arn, **more, "connection": about.one.row.connection_id}
    return f"/access/permissions/?{urlencode({name: value for name, value in given.items() if value})}"
