"""All criteria over one document."""

from __future__ import annotations

from cloud_entitlements.policy.lint.document import Kind, opened
from cloud_entitlements.policy.lint.finding import Criterion, Finding, Found


def lint(source: str, kind: Kind | None = None) -> tuple[Finding, ...]:
    """Sorted by place. `kind` is guessed when it is not given. Raises nothing: a malformed document is a finding."""
    from cloud_entitlements.policy.lint.criteria import CRITERIA  # fifty files, for those who lint

    document = opened(source, kind)
    found = [_finding(criterion, one) for criterion in CRITERIA for one in criterion.find(document)]
    return tuple(sorted(found, key=lambda one: (one.line, one.column, one.code, one.text)))


def _finding(criterion: Criterion, found: Found) -> Finding:
    statement = found.statement
    return Finding(
        code=criterion.code,
        severity=criterion.severity,
        text=found.text,
        line=max(found.place.line, 1),
        column=max(found.place.column, 1),
        statement=None if statement is None else statement.number,
        sid="" if statement is None else statement.sid,
        fix=found.fix or criterion.fix,
    )
