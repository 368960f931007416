"""One item of work with all that it needs, and the role that it assumes."""

from __future__ import annotations

from dataclasses import dataclass

from cloud_entitlements.aws.narrowing import Evidence
from cloud_entitlements.aws.pasted import Problem, RoleArn, parse_role_arn
from cloud_entitlements.aws.sessions import AwsSessions, RoleToAssume
from cloud_entitlements.inventory import Staging
from cloud_entitlements.server.connections.calls import Counter
from cloud_entitlements.server.connections.knowledge import evidence_of
from cloud_entitlements.server.connections.models import Connection
from cloud_entitlements.work.models import Run
from cloud_entitlements.work.runner import GivenUp, Job


@dataclass(frozen=True, slots=True)
class Task:
    job: Job
    run: Run
    connection: Connection
    sessions: AwsSessions
    staging: Staging
    recorder: Counter

    @property
    def connecting(self) -> bool:
        return self.run.kind == "connect"

    @property
    def role(self) -> RoleArn:
        """The role of this run: the one being proven, else the one that was."""
        parsed = parse_role_arn(self.run.payload.get("role_arn") or self.connection.role_arn)
        if isinstance(parsed, Problem):
            raise GivenUp(parsed.text)
        return parsed

    @property
    def evidence(self) -> Evidence:
        return evidence_of(self.connection, self.role)

    def role_to_assume(self, account_id: str | None = None) -> RoleToAssume:
        role = self.role
        arn = role.arn if account_id is None else role.in_account(account_id)
        return RoleToAssume(arn, self.connection.external_id)
