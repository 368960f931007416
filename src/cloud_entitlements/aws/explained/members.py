"""The accounts below the targets: one way in each, and what can be in it."""

from cloud_entitlements.aws.explained.kind import Cause, Group, Kind

_REDEPLOY = (
    "aws cloudformation create-stack-instances --stack-set-name {stackset} --deployment-targets "
    "OrganizationalUnitIds={targets},Accounts={account},AccountFilterType=INTERSECTION --regions {region}"
)
_CHANGED = Cause(
    "the role was changed or deleted in the account after the deployment",
    _REDEPLOY,
    tell="`aws iam get-role --role-name {name}` in account {account} fails, or shows another trust",
)
_PERIMETER = Cause(
    "the resource control policy {policy} lets only callers of the organization assume roles, and the platform is outside it",
    'in that Deny\'s Condition add under StringNotEqualsIfExists: "aws:PrincipalAccount": "{platform_account}"',
    tell="resource control policies don't hold for the management account: it answers, and accounts below the policy don't",
)
_SERVICE = Cause(
    "the service control policy {policy} denies what the role asks",
    'in that Deny\'s Condition add under ArnNotLike: "aws:PrincipalArn": "arn:*:iam::*:role{path}{name}"',
    tell="AWS's message says `explicit deny in a service control policy`; the role itself was assumed",
)
_LISTED = Cause(
    "the service control policies above the account list what is allowed, and leave out what the role asks",
    "add the actions that the template lists to the Allow of that policy",
    tell="AWS's message says `because no service control policy allows`",
)

GROUP = Group(
    "Accounts",
    "Each account of an organization has a state of its own. One that can't be read never stops the others.",
    (
        Kind(
            "member_pending",
            "StackSets is deploying to the account",
            (Cause("the StackSet's operation is under way", "nothing to do: it is tried again"),),
        ),
        Kind(
            "member_activating",
            "AWS is still activating the account",
            (Cause("the account was made a moment ago", "nothing to do: it is tried again"),),
        ),
        Kind(
            "member_role_missing",
            "The role is not there yet",
            (
                Cause(
                    "the account joined a moment ago: auto deployment reaches it within minutes",
                    "nothing to do: it is tried again",
                    tell="it is in the organization for less than an hour",
                ),
                Cause(
                    "auto deployment is off, or the account was moved in while it was off",
                    _REDEPLOY,
                    tell="the StackSet {stackset} lists no stack instance for {account}",
                ),
                Cause(
                    "the stack or its StackSet was deleted",
                    "{deploy}",
                    tell="CloudFormation > StackSets in the management account does not list {stackset}",
                ),
            ),
        ),
        Kind(
            "member_unit_added",
            "Its unit was added, and the stack is not updated yet",
            (
                Cause(
                    "the targets of this connection were changed, and the StackSet does not know of it",
                    "update the stack with the template as it is now: {update}",
                    tell="its parameter `TargetIds` is not `{targets}`: `aws cloudformation describe-stacks --stack-name {stack} "
                    "--query 'Stacks[0].Parameters'`",
                ),
                Cause(
                    "the stack was updated a moment ago: StackSets reaches the accounts within minutes",
                    "nothing to do: it is tried again",
                    tell="`TargetIds` is right already",
                ),
            ),
        ),
        Kind(
            "member_trusts_another",
            "The role trusts the platform's identity of before",
            (
                Cause(
                    "the platform's identity was changed to `{platform_arn}`, and roles here trust `{trusted}`",
                    "update the stack with the template as it is now: {update}",
                    tell="`aws iam get-role --role-name {name}` in account {account} shows another `aws:PrincipalArn`",
                ),
                _CHANGED,
                _PERIMETER,
            ),
        ),
        Kind(
            "member_deployment_failed",
            "The StackSet failed in the account",
            (
                Cause(
                    "CloudFormation could not make the role",
                    "mend what the reason above names: it is CloudFormation's own",
                    then=_REDEPLOY,
                ),
            ),
        ),
        Kind(
            "member_deployment_denied",
            "StackSets may not make the role in the account",
            (
                Cause(
                    "the service control policy {policy} denies `iam:CreateRole` to StackSets' own role",
                    'in that Deny\'s Condition add under ArnNotLike: "aws:PrincipalArn": "arn:*:iam::*:role/stacksets-exec-*"',
                    tell="the message says `explicit deny in a service control policy`",
                    then=_REDEPLOY,
                ),
                Cause(
                    "a policy demands a boundary, a path or a tag on every new role",
                    "update the stack with the parameters PermissionsBoundary and RolePath, or with `--tags`, as your policy wants them",
                    tell="the Deny has a condition on `iam:PermissionsBoundary` or `aws:RequestTag`",
                ),
            ),
        ),
        Kind(
            "member_role_left_over",
            "A role of that name is left over",
            (
                Cause(
                    "an earlier attempt or another connection made `{name}` in account {account}",
                    "aws iam delete-role-policy --role-name {name} --policy-name read-entitlements && aws iam delete-role --role-name {name}",
                    tell="`aws iam get-role --role-name {name}` in account {account} shows a role without the StackSet's tags",
                    then=_REDEPLOY,
                ),
            ),
        ),
        Kind(
            "member_refused",
            "The role is deployed, and refuses",
            (_CHANGED, _PERIMETER),
        ),
        Kind(
            "member_denied_by_rcp",
            "A resource control policy keeps the platform out",
            (_PERIMETER,),
        ),
        Kind(
            "member_denied_by_scp",
            "A service control policy denies what the role asks",
            (_SERVICE, _LISTED),
        ),
        Kind(
            "member_denied",
            "The role may read nothing",
            (
                Cause(
                    "the role's permissions boundary or policy was changed",
                    _REDEPLOY,
                    tell="`aws iam get-role --role-name {name}` in account {account} shows a PermissionsBoundary, or its policy is gone",
                ),
            ),
        ),
        Kind(
            "member_not_proven",
            "The refusals could not be proven",
            (
                Cause(
                    "AWS answered something else than AccessDenied, so nothing is collected there yet",
                    "nothing to do: it is tried again",
                    tell="the answer stands above",
                ),
            ),
        ),
        Kind(
            "member_suspended",
            "AWS suspended the account",
            (Cause("the account is suspended or being closed, and nothing in it can be called", "nothing to do: it is no failure"),),
        ),
        Kind("member_closed", "The account is closed", (Cause("AWS closed the account", "nothing to do: it is no failure"),)),
        Kind(
            "member_left",
            "The account left the organization",
            (
                Cause(
                    "it is no longer listed; StackSets took its role away",
                    "nothing to do; to go on reading it, connect it as an Account",
                ),
            ),
        ),
    ),
)  # fmt: skip
