from __future__ import annotations

from collections.abc import Iterator

from cloud_entitlements.policy.catalogue import services
from cloud_entitlements.policy.lint.document import Document, placed
from cloud_entitlements.policy.lint.finding import Criterion, Found
from cloud_entitlements.policy.rcp import rcp_services, rcp_services_date


def _find(document: Document) -> Iterator[Found]:
    """RCP-04."""
    for statement in document.statements if document.kind == "rcp" else ():
        for pattern, place in placed(statement.actions):
            service = pattern.lower().partition(":")[0]
            if service in services() and service not in rcp_services():
                text = f"`{service}` was not among the services of resource control policies on {rcp_services_date()}"
                yield Found(text, place, statement)


RCP_SERVICE = Criterion(
    code="rcp-service",
    title="A service that resource control policies do not reach",
    severity="warning",
    why="AWS ignores the policy for services that do not support it, or refuses to save it.",
    fix="look the service up in AWS's list, which grows; a service control policy may do instead",
    find=_find,
)
