"""The role that the template makes: AWS answers one AccessDenied for all that can be wrong with it."""

from cloud_entitlements.aws.explained.kind import Cause, Group, Kind

MISSING = Cause(
    "there is no role `{name}` in account {account}: the stack is not complete, failed, or was deleted",
    "aws cloudformation describe-stacks --stack-name {stack} --query 'Stacks[0].[StackStatus,Outputs]'",
    tell="the stack does not say CREATE_COMPLETE or UPDATE_COMPLETE",
    then="paste its error under `The stack failed`, and the cause is named",
)
EXTERNAL_ID = Cause(
    "the role was made by the template of another connection, with another external id",
    "aws iam get-role --role-name {name} --query Role.AssumeRolePolicyDocument",
    tell="its `sts:ExternalId` is not `{external_id}`",
    then="update the stack with this connection's template: {update}",
)
OTHER_PRINCIPAL = Cause(
    "the role trusts another principal: the platform's identity changed after the template was downloaded",
    "aws iam get-role --role-name {name} --query Role.AssumeRolePolicyDocument",
    tell="its `aws:PrincipalArn` is not `{platform_arn}`",
    then="update the stack with the template as it is now: {update}",
)
MISTYPED = Cause(
    "the RoleArn was mistyped, or its path was left out",
    "{outputs}",
    tell="the stack's output `RoleArn` differs from what was pasted",
)
PERIMETER = Cause(
    "a resource control policy lets only callers of the organization assume roles there",
    'in that Deny\'s Condition add under StringNotEqualsIfExists: "aws:PrincipalAccount": "{platform_account}"',
    tell="under Policies > Resource control policies a Deny of `sts:AssumeRole` tests `aws:PrincipalOrgID`; it never "
    "holds for the management account itself",
)
PROPAGATION = Cause(
    "AWS does not know the new role everywhere yet",
    "nothing to do but to retry in a minute",
    tell="the stack was completed less than a minute ago; it was tried for {waited} already",
)

GROUP = Group(
    "The role",
    "AWS answers one and the same AccessDenied whether the role is missing, trusts somebody else, or expects another "
    "external id. What can be seen from outside is used to put the likeliest cause first, and to leave out what is ruled out.",
    (
        Kind(
            "assume_refused",
            "The role was not assumed",
            (MISSING, EXTERNAL_ID, OTHER_PRINCIPAL, MISTYPED, PERIMETER, PROPAGATION),
        ),
        Kind(
            "trust_too_open",
            "The role's trust is too open",
            (
                Cause(
                    "the trust policy admits the platform {how}: whoever else uses the same platform could reach account {account}",
                    "{update}",
                    tell="its `Condition` lacks `StringEquals` on `sts:ExternalId`; this connection's template, unchanged, "
                    "restores it. Nothing is collected through such a role",
                ),
            ),
        ),
        Kind(
            "other_account",
            "The role is in another account",
            (
                Cause(
                    "the stack was made in `{found}`",
                    "create the stack in `{account}`, then paste its RoleArn",
                ),
            ),
        ),
    ),
)
