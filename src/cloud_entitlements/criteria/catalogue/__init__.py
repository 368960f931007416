"""One file a criterion. Adding one is copying one, and a line here; its cases stand in tests/cases/criteria."""

from cloud_entitlements.criteria.catalogue import access_key_age, administrator, user_mfa
from cloud_entitlements.criteria.criterion import Criterion

CRITERIA: tuple[Criterion, ...] = (
    user_mfa.CRITERION,
    administrator.CRITERION,
    access_key_age.CRITERION,
)
"""In the order in which people see them."""
