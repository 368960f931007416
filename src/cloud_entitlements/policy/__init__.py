"""The AWS policy language: parse, match, evaluate, explain. See README.md beside this file."""

from cloud_entitlements.policy.decision import Decision
from cloud_entitlements.policy.document import Policy, parse_policy
from cloud_entitlements.policy.errors import MalformedPolicy, MalformedRequest, PolicyProblem
from cloud_entitlements.policy.evaluate import evaluate
from cloud_entitlements.policy.explain import Explanation, explain
from cloud_entitlements.policy.lint import lint
from cloud_entitlements.policy.request import Home, Request
from cloud_entitlements.policy.stack import UNREAD, PolicyStack
from cloud_entitlements.policy.switches import Switches

__all__ = [
    "UNREAD",
    "Decision",
    "Explanation",
    "Home",
    "MalformedPolicy",
    "MalformedRequest",
    "Policy",
    "PolicyProblem",
    "PolicyStack",
    "Request",
    "Switches",
    "evaluate",
    "explain",
    "lint",
    "parse_policy",
]
