"""AWS's own managed policies, as moto carries them: what is called an error there is probably our mistake."""

from __future__ import annotations

import json
import time
from collections import defaultdict

from moto.iam.aws_managed_policies import aws_managed_policies_data

from cloud_entitlements.policy import lint

NOISE = {
    # code: in how many of a hundred policies at most; what is not named here, in one
    "action-without-types": 15,  # AWS's own policies lean on ARNs that it does not document
    "for-all-values-absent": 10,  # a habit of AWS's, and as open there as anywhere
    "policy-too-large": 8,  # AWS is not bound by its quota
    "redundant-resource": 4,
    "unknown-service": 3,  # retired ones
    "resource-without-action": 3,
    "action-without-resource": 3,
}


def test_managed_policies_have_no_error_and_little_noise() -> None:
    documents = {
        name: json.dumps(found["Document"]) for name, found in json.loads(aws_managed_policies_data).items()
    }
    assert len(documents) > 1000
    started = time.process_time()
    errors, policies = [], defaultdict(set)
    for name, source in documents.items():
        for one in lint(source, "identity"):
            policies[one.code].add(name)
            errors += [(name, one)] if one.severity == "error" else []
    seconds = time.process_time() - started
    assert errors == []
    share = {code: 100 * len(names) / len(documents) for code, names in policies.items()}
    assert {code: found for code, found in share.items() if found > NOISE.get(code, 1)} == {}
    assert seconds < 60, f"{seconds:.1f} s; it was 3.5 s"
