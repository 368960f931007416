"""Findings in a policy document: what is wrong, where, why it matters, and what to write instead.

One criterion a file in `criteria/`; to add one, copy a small file and add its line in `criteria/__init__.py`. Nothing here
decides a request: what a rule means is the engine's, and criteria ask it. A finding of severity `error` is sure; where the
catalogue may be behind AWS, it is a `warning`. `criteria.CRITERIA` has them all, and is not loaded before it is needed.
"""

from cloud_entitlements.policy.lint.document import KINDS, Kind, guessed
from cloud_entitlements.policy.lint.finding import Criterion, Finding, Severity
from cloud_entitlements.policy.lint.run import lint

__all__ = ["KINDS", "Criterion", "Finding", "Kind", "Severity", "guessed", "lint"]
