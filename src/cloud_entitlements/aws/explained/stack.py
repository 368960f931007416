"""A stack that failed leaves no role to ask: its own error, pasted, says what it was."""

from cloud_entitlements.aws.explained.kind import Cause, Group, Kind

_AGAIN = "aws cloudformation delete-stack --stack-name {stack} && aws cloudformation wait stack-delete-complete --stack-name {stack} && {deploy}"

GROUP = Group(
    "The stack",
    "A stack that fails rolls back and leaves no role that could be asked. Paste its error, or the output of "
    "`aws cloudformation describe-stack-events`, and the cause is named.",
    (
        Kind(
            "stack_trusted_access_off",
            "Trusted access for StackSets is off",
            (
                Cause(
                    "AWS Organizations does not let StackSets deploy to the accounts yet",
                    "aws cloudformation activate-organizations-access",
                    tell="in the management account's console CloudFormation > StackSets offers `Activate trusted access`",
                    then=_AGAIN,
                ),
            ),
        ),
        Kind(
            "stack_in_member_account",
            "The stack was made in a member account",
            (
                Cause(
                    "only the management account may deploy to the whole organization",
                    "aws organizations describe-organization --query Organization.MasterAccountId --output text",
                    tell="the line prints the management account; sign in there, and create the stack",
                ),
                Cause(
                    "it was made by a delegated administrator of CloudFormation",
                    "sign in to the management account, and create the stack there",
                    tell="the management account's role reads the organization, and a delegated administrator's can't",
                ),
            ),
        ),
        Kind(
            "stack_without_capability",
            "The acknowledgement of IAM resources is missing",
            (
                Cause(
                    "the stack makes roles with names of their own, and CloudFormation wants to be told that this is meant",
                    "{deploy}",
                    tell="the last page of the console has a box for it: `I acknowledge that AWS CloudFormation might create IAM resources with custom names`",
                ),
            ),
        ),
        Kind(
            "stack_role_exists",
            "A role or StackSet of that name is there already",
            (
                Cause(
                    "an earlier stack, or one that was deleted and retained its resources, left it",
                    "aws iam delete-role-policy --role-name {name} --policy-name read-entitlements && aws iam delete-role --role-name {name}",
                    tell="`aws iam get-role --role-name {name}` shows it",
                    then=_AGAIN,
                ),
                Cause(
                    "another stack holds it",
                    "aws cloudformation describe-stack-resources --physical-resource-id {name}",
                    tell="the line names that stack: update it instead of making a second one",
                ),
                Cause(
                    "the StackSet is left over",
                    "aws cloudformation delete-stack-set --stack-set-name {stackset}",
                    tell="the error names a StackSet; its instances must be deleted before it",
                    then=_AGAIN,
                ),
            ),
        ),
        Kind(
            "stack_denied_by_scp",
            "A service control policy stops the making of roles",
            (
                Cause(
                    "a service control policy above the account denies `iam:CreateRole`, `iam:PutRolePolicy` or `iam:TagRole`",
                    'in that Deny\'s Condition add under ArnNotLike: "aws:PrincipalArn": ["<your own role>", "arn:*:iam::*:role/stacksets-exec-*"]',
                    tell="the management account is never limited by one: the stack is in another account, or it is a member's that failed",
                ),
            ),
        ),
        Kind(
            "stack_denied_by_boundary",
            "A permissions boundary stops the making of roles",
            (
                Cause(
                    "your own boundary demands that roles which you make have one too",
                    "{deploy} --parameter-overrides PermissionsBoundary=<ARN of the boundary>",
                    tell="the boundary has a condition on `iam:PermissionsBoundary`",
                ),
                Cause(
                    "your own boundary leaves out `iam:CreateRole`",
                    "create the stack as a principal without that boundary",
                    tell="`aws sts get-caller-identity`, then `aws iam get-role` on it, shows the PermissionsBoundary",
                ),
            ),
        ),
        Kind(
            "stack_not_permitted",
            "You may not do what the stack does",
            (
                Cause(
                    "your own policies lack the action that the message names",
                    "create the stack as an administrator of the account",
                    tell="it needs iam:CreateRole, iam:PutRolePolicy, iam:TagRole, cloudformation:CreateStack, and for an organization cloudformation:CreateStackSet",
                ),
            ),
        ),
        Kind(
            "stack_template_changed",
            "The template was changed on the way",
            (
                Cause(
                    "something in the file or in its parameters is not as it was downloaded",
                    "{deploy}",
                    tell="download the template again, and change nothing in it; parameters have the right defaults",
                ),
            ),
        ),
        Kind(
            "stack_boundary_unknown",
            "The permissions boundary is not there",
            (
                Cause(
                    "the parameter PermissionsBoundary names a policy that does not exist in every account",
                    "{deploy} --parameter-overrides PermissionsBoundary=",
                    tell="`aws iam get-policy --policy-arn <ARN>` fails in the account",
                ),
            ),
        ),
        Kind(
            "stack_principal_unknown",
            "AWS does not know the platform's account",
            (
                Cause(
                    "the parameter PlatformAccountId was changed, or this account is in another partition than the platform",
                    "{deploy} --parameter-overrides PlatformAccountId={platform_account}",
                    tell="the platform's account is {platform_account}; credentials never reach across partitions",
                ),
            ),
        ),
        Kind(
            "stack_target_unknown",
            "The root or unit is not in this organization",
            (
                Cause(
                    "the id belongs to another organization, or the unit was deleted",
                    "aws organizations list-roots --query 'Roots[0].Id' --output text",
                    tell="the line prints the root of the organization that you are signed in to",
                    then="correct the targets by Edit, download the template again, then delete the failed stack and create it again",
                ),
            ),
        ),
        Kind(
            "stack_not_in_organization",
            "The account is in no organization",
            (
                Cause(
                    "the stack was made in an account that stands alone",
                    "connect it as an Account, or create the stack in the organization's management account",
                ),
            ),
        ),
        Kind(
            "stack_exists",
            "A stack of that name is there already",
            (
                Cause(
                    "the stack was made before: it is updated, and not created once more",
                    "{deploy}",
                    tell="the line updates it when it is there",
                ),
            ),
        ),
        Kind(
            "stack_rolled_back",
            "The failed stack is still there",
            (
                Cause(
                    "a stack whose creation failed can't be updated: it has to be deleted first",
                    _AGAIN,
                    tell="its status is ROLLBACK_COMPLETE; why it failed stands further up in its events",
                ),
            ),
        ),
        Kind(
            "stack_quota",
            "A quota of the account is used up",
            (
                Cause(
                    "the account has as many roles, stacks or StackSets as AWS allows",
                    "ask for more under Service Quotas, or delete what is not needed; then delete the failed stack and create it again",
                    tell="the message names the quota",
                ),
            ),
        ),
        Kind(
            "stack_delete_failed",
            "The stack can't be deleted",
            (
                Cause(
                    "the StackSet can't reach suspended or closed accounts, and still counts them",
                    "aws cloudformation delete-stack-instances --stack-set-name {stackset} --deployment-targets OrganizationalUnitIds={targets} --regions {region} --retain-stacks --operation-preferences FailureTolerancePercentage=100,MaxConcurrentPercentage=100",
                    tell="its instances of those accounts are INOPERABLE; the line lets go of all instances, and leaves their stacks",
                    then="aws cloudformation delete-stack --stack-name {stack}",
                ),
            ),
        ),
        Kind(
            "stack_complete",
            "The stack is complete",
            (
                Cause(
                    "nothing failed here",
                    "{outputs}",
                    tell="copy the output `RoleArn` into the product",
                ),
            ),
        ),
        Kind(
            "stack_unknown",
            "The error is not one that is known here",
            (
                Cause(
                    "the reason is none of those that were met before",
                    "aws cloudformation describe-stack-events --stack-name {stack} --query \"StackEvents[?contains(ResourceStatus,'FAILED')].[LogicalResourceId,ResourceStatusReason]\" --output text",
                    tell="paste what the line prints: the first failure of the list's end is the cause, all others follow from it",
                ),
            ),
        ),
    ),
)
