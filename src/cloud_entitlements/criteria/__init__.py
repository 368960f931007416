"""What is checked about identities, and what each of them could do to an organization. See README.md beside this file."""

from cloud_entitlements.criteria.analysis import Assessed, analyse
from cloud_entitlements.criteria.catalogue import CRITERIA
from cloud_entitlements.criteria.criterion import (
    CRITICALITIES,
    Criterion,
    Criticality,
    Evidence,
    Fix,
    Judgement,
    Standards,
    Verdict,
)
from cloud_entitlements.criteria.impact import Impact, impact_of
from cloud_entitlements.criteria.settings import Setting, Settings
from cloud_entitlements.criteria.subject import Subject

__all__ = [
    "CRITERIA",
    "CRITICALITIES",
    "Assessed",
    "Criterion",
    "Criticality",
    "Evidence",
    "Fix",
    "Impact",
    "Judgement",
    "Setting",
    "Settings",
    "Standards",
    "Subject",
    "Verdict",
    "analyse",
    "impact_of",
]
