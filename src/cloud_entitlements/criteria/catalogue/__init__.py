"""One file a criterion. Adding one is copying one, and a line here; its cases stand in tests/cases/criteria."""

from cloud_entitlements.criteria.catalogue import (
    access_key_age,
    administrator,
    direct_permissions,
    empty_group,
    grants_nothing,
    inactive_role,
    inactive_user,
    inline_policy,
    missing_boundary,
    never_used_key,
    oidc_without_subject,
    root_access_keys,
    root_mfa,
    service_trust_source,
    trust_unknown_account,
    trust_wildcard,
    two_active_keys,
    user_mfa,
)
from cloud_entitlements.criteria.criterion import Criterion

CRITERIA: tuple[Criterion, ...] = (
    user_mfa.CRITERION,
    administrator.CRITERION,
    access_key_age.CRITERION,
    root_access_keys.CRITERION,
    root_mfa.CRITERION,
    inactive_user.CRITERION,
    inactive_role.CRITERION,
    never_used_key.CRITERION,
    two_active_keys.CRITERION,
    direct_permissions.CRITERION,
    inline_policy.CRITERION,
    trust_wildcard.CRITERION,
    trust_unknown_account.CRITERION,
    oidc_without_subject.CRITERION,
    service_trust_source.CRITERION,
    empty_group.CRITERION,
    missing_boundary.CRITERION,
    grants_nothing.CRITERION,
)
"""In the order in which people see them."""
