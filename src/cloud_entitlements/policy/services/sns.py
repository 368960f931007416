"""SNS: takes calls that nobody signed (EVAL-19); else SQS-01. SNS-01: its default policy asks for `AWS:SourceOwner`, which
callers themselves never have (derive.py).
"""

from cloud_entitlements.policy.services.quirks import Quirks

QUIRKS = Quirks(unsigned=lambda _request: True)
