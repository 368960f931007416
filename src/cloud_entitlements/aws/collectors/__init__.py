"""One file a collector: it fetches pages from AWS, and normalizes them into rows of the snapshot's tables.

Adding one is copying one, a line here, and its operations in the table of permissions.
"""

from cloud_entitlements.aws.collecting import Collector
from cloud_entitlements.aws.collectors import (
    access_keys,
    account_summary,
    authorization_details,
    credential_report,
    identity_center,
    last_accessed,
    mfa_devices,
    oidc_providers,
    organization,
    organization_policies,
    password_policy,
    root_access,
    saml_providers,
)

COLLECTORS: tuple[Collector, ...] = (
    organization.COLLECTOR,
    organization_policies.COLLECTOR,
    root_access.COLLECTOR,
    identity_center.COLLECTOR,
    authorization_details.COLLECTOR,
    account_summary.COLLECTOR,
    password_policy.COLLECTOR,
    credential_report.COLLECTOR,
    mfa_devices.COLLECTOR,
    oidc_providers.COLLECTOR,
    saml_providers.COLLECTOR,
    access_keys.COLLECTOR,
    last_accessed.COLLECTOR,
)
OF_ORGANIZATION = tuple(collector for collector in COLLECTORS if collector.level == "organization")
SURVEYED = tuple(collector for collector in OF_ORGANIZATION if collector is not identity_center.COLLECTOR)
"""What a run reads before it visits accounts; Identity Center takes long, and is read beside them."""
OF_ACCOUNT = tuple(collector for collector in COLLECTORS if collector.level == "account")
