"""All criteria, by what they look at: the document, actions, resources, conditions, variables, principals, kinds of policy."""

from cloud_entitlements.policy.lint.criteria.action_matches_nothing import ACTION_MATCHES_NOTHING
from cloud_entitlements.policy.lint.criteria.action_without_resource import ACTION_WITHOUT_RESOURCE
from cloud_entitlements.policy.lint.criteria.action_without_types import ACTION_WITHOUT_TYPES
from cloud_entitlements.policy.lint.criteria.administrator import ADMINISTRATOR
from cloud_entitlements.policy.lint.criteria.allow_not_action import ALLOW_NOT_ACTION
from cloud_entitlements.policy.lint.criteria.allow_not_principal import ALLOW_NOT_PRINCIPAL
from cloud_entitlements.policy.lint.criteria.allow_not_resource import ALLOW_NOT_RESOURCE
from cloud_entitlements.policy.lint.criteria.condition_key_not_supplied import CONDITION_KEY_NOT_SUPPLIED
from cloud_entitlements.policy.lint.criteria.deleted_principal import DELETED_PRINCIPAL
from cloud_entitlements.policy.lint.criteria.deny_not_principal import DENY_NOT_PRINCIPAL
from cloud_entitlements.policy.lint.criteria.duplicate_key import DUPLICATE_KEY
from cloud_entitlements.policy.lint.criteria.duplicate_sid import DUPLICATE_SID
from cloud_entitlements.policy.lint.criteria.empty_values import EMPTY_VALUES
from cloud_entitlements.policy.lint.criteria.federation_without_tenant import FEDERATION_WITHOUT_TENANT
from cloud_entitlements.policy.lint.criteria.for_all_values_absent import FOR_ALL_VALUES_ABSENT
from cloud_entitlements.policy.lint.criteria.invalid_action import INVALID_ACTION
from cloud_entitlements.policy.lint.criteria.invalid_principal import INVALID_PRINCIPAL
from cloud_entitlements.policy.lint.criteria.invalid_resource import INVALID_RESOURCE
from cloud_entitlements.policy.lint.criteria.invalid_sid import INVALID_SID
from cloud_entitlements.policy.lint.criteria.literal_variable import LITERAL_VARIABLE
from cloud_entitlements.policy.lint.criteria.literal_wildcard import LITERAL_WILDCARD
from cloud_entitlements.policy.lint.criteria.malformed_document import MALFORMED_DOCUMENT
from cloud_entitlements.policy.lint.criteria.missing_principal import MISSING_PRINCIPAL
from cloud_entitlements.policy.lint.criteria.missing_resource import MISSING_RESOURCE
from cloud_entitlements.policy.lint.criteria.missing_version import MISSING_VERSION
from cloud_entitlements.policy.lint.criteria.never_holds import NEVER_HOLDS
from cloud_entitlements.policy.lint.criteria.no_statement import NO_STATEMENT
from cloud_entitlements.policy.lint.criteria.not_principal_refused import NOT_PRINCIPAL_REFUSED
from cloud_entitlements.policy.lint.criteria.operator_unfit import OPERATOR_UNFIT
from cloud_entitlements.policy.lint.criteria.pass_role_any import PASS_ROLE_ANY
from cloud_entitlements.policy.lint.criteria.plain_operator_on_many import PLAIN_OPERATOR_ON_MANY
from cloud_entitlements.policy.lint.criteria.policy_too_large import POLICY_TOO_LARGE
from cloud_entitlements.policy.lint.criteria.principal_not_allowed import PRINCIPAL_NOT_ALLOWED
from cloud_entitlements.policy.lint.criteria.public_principal import PUBLIC_PRINCIPAL
from cloud_entitlements.policy.lint.criteria.rcp_restriction import RCP_RESTRICTION
from cloud_entitlements.policy.lint.criteria.rcp_service import RCP_SERVICE
from cloud_entitlements.policy.lint.criteria.redundant_action import REDUNDANT_ACTION
from cloud_entitlements.policy.lint.criteria.redundant_resource import REDUNDANT_RESOURCE
from cloud_entitlements.policy.lint.criteria.resource_without_action import RESOURCE_WITHOUT_ACTION
from cloud_entitlements.policy.lint.criteria.set_operator_on_one import SET_OPERATOR_ON_ONE
from cloud_entitlements.policy.lint.criteria.trust_restriction import TRUST_RESTRICTION
from cloud_entitlements.policy.lint.criteria.unknown_action import UNKNOWN_ACTION
from cloud_entitlements.policy.lint.criteria.unknown_condition_key import UNKNOWN_CONDITION_KEY
from cloud_entitlements.policy.lint.criteria.unknown_resource_service import UNKNOWN_RESOURCE_SERVICE
from cloud_entitlements.policy.lint.criteria.unknown_service import UNKNOWN_SERVICE
from cloud_entitlements.policy.lint.criteria.unknown_variable import UNKNOWN_VARIABLE
from cloud_entitlements.policy.lint.criteria.unreachable_statement import UNREACHABLE_STATEMENT
from cloud_entitlements.policy.lint.criteria.value_not_of_type import VALUE_NOT_OF_TYPE
from cloud_entitlements.policy.lint.criteria.variable_misplaced import VARIABLE_MISPLACED
from cloud_entitlements.policy.lint.criteria.variable_of_many import VARIABLE_OF_MANY
from cloud_entitlements.policy.lint.criteria.wildcard_resource_service import WILDCARD_RESOURCE_SERVICE
from cloud_entitlements.policy.lint.criteria.wildcard_service import WILDCARD_SERVICE
from cloud_entitlements.policy.lint.finding import Criterion

CRITERIA: tuple[Criterion, ...] = (
    MALFORMED_DOCUMENT,
    DUPLICATE_KEY,
    NO_STATEMENT,
    MISSING_VERSION,
    LITERAL_VARIABLE,
    POLICY_TOO_LARGE,
    DUPLICATE_SID,
    INVALID_SID,
    INVALID_ACTION,
    WILDCARD_SERVICE,
    UNKNOWN_SERVICE,
    UNKNOWN_ACTION,
    ACTION_MATCHES_NOTHING,
    REDUNDANT_ACTION,
    ALLOW_NOT_ACTION,
    ADMINISTRATOR,
    PASS_ROLE_ANY,
    INVALID_RESOURCE,
    WILDCARD_RESOURCE_SERVICE,
    UNKNOWN_RESOURCE_SERVICE,
    RESOURCE_WITHOUT_ACTION,
    ACTION_WITHOUT_RESOURCE,
    ACTION_WITHOUT_TYPES,
    REDUNDANT_RESOURCE,
    ALLOW_NOT_RESOURCE,
    UNKNOWN_CONDITION_KEY,
    CONDITION_KEY_NOT_SUPPLIED,
    OPERATOR_UNFIT,
    PLAIN_OPERATOR_ON_MANY,
    SET_OPERATOR_ON_ONE,
    FOR_ALL_VALUES_ABSENT,
    VALUE_NOT_OF_TYPE,
    LITERAL_WILDCARD,
    EMPTY_VALUES,
    NEVER_HOLDS,
    VARIABLE_MISPLACED,
    UNKNOWN_VARIABLE,
    VARIABLE_OF_MANY,
    UNREACHABLE_STATEMENT,
    ALLOW_NOT_PRINCIPAL,
    DENY_NOT_PRINCIPAL,
    NOT_PRINCIPAL_REFUSED,
    PUBLIC_PRINCIPAL,
    FEDERATION_WITHOUT_TENANT,
    INVALID_PRINCIPAL,
    DELETED_PRINCIPAL,
    PRINCIPAL_NOT_ALLOWED,
    MISSING_PRINCIPAL,
    MISSING_RESOURCE,
    TRUST_RESTRICTION,
    RCP_RESTRICTION,
    RCP_SERVICE,
)

__all__ = ["CRITERIA"]
