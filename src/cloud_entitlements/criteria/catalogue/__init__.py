"""One file a criterion. Adding one is copying one, and a line here; its cases stand in tests/cases/criteria."""

from cloud_entitlements.criteria.catalogue import (
    access_key_age,
    access_key_last_use,
    administrator,
    all_actions,
    all_resources,
    last_console_login,
    overprivileged_services,
    password_policy,
    user_mfa,
)
from cloud_entitlements.criteria.criterion import Criterion

CRITERIA: tuple[Criterion, ...] = (
    user_mfa.CRITERION,
    administrator.CRITERION,
    all_resources.CRITERION,
    all_actions.CRITERION,
    password_policy.CRITERION,
    access_key_age.CRITERION,
    access_key_last_use.CRITERION,
    last_console_login.CRITERION,
    overprivileged_services.CRITERION,
)
"""In the order in which people see them."""
