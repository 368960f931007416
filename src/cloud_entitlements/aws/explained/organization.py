"""The organization behind the management role."""

from cloud_entitlements.aws.explained.kind import Cause, Group, Kind

GROUP = Group(
    "The organization",
    "The role answers; what it sees is not the organization that was declared.",
    (
        Kind(
            "not_management_account",
            "It is not the management account",
            (
                Cause(
                    "the stack was made in the member account `{found}`",
                    "delete it there; create it in the management account `{manager}`",
                    tell="AWS itself says which account manages the organization",
                ),
            ),
        ),
        Kind(
            "not_in_organization",
            "The account is in no organization",
            (
                Cause(
                    "the stack was made in an account that stands alone",
                    "create it in the organization's management account, or connect this account as an Account",
                ),
            ),
        ),
        Kind(
            "features_off",
            "All features of AWS Organizations are not on",
            (
                Cause(
                    "only consolidated billing is on, so StackSets can't deploy to the members",
                    "aws organizations enable-all-features",
                    tell="invited accounts must each accept it: see Settings in AWS Organizations",
                ),
            ),
        ),
        Kind(
            "other_organization",
            "It is another organization than before",
            (
                Cause(
                    "the RoleArn belongs to another organization: found `{found}`, this connection is `{organization}`",
                    "connect that one separately, under its own name",
                ),
                Cause(
                    "the organization was deleted and made anew, or the management account moved to another one",
                    "connect it as a new one, then remove this connection; what was collected can be kept",
                    tell="you know the new id `{found}`",
                ),
            ),
        ),
        Kind(
            "already_connected",
            "The organization is already connected",
            (
                Cause(
                    "it is connected as `{other}`",
                    "add the units there by Edit, and remove this one: {url}",
                ),
            ),
        ),
        Kind(
            "organizations_denied",
            "AWS Organizations can't be read",
            (
                Cause(
                    "the stack was made from the template of an Account, whose role may not read the organization",
                    "update the stack with this connection's template: {update}",
                    tell="the role's policy has no action that starts with `organizations:`",
                ),
                Cause(
                    "the role's permissions boundary leaves out `organizations:`",
                    "allow `organizations:Describe*` and `organizations:List*` in the boundary, or update the stack with PermissionsBoundary empty",
                    tell="`aws iam get-role --role-name {name}` shows a PermissionsBoundary",
                ),
                Cause(
                    "somebody changed the role's policy by hand",
                    "update the stack with this connection's template: {update}",
                    tell="CloudFormation > the stack > Detect drift says DRIFTED",
                ),
            ),
        ),
        Kind(
            "target_not_found",
            "The declared root or unit is not there",
            (
                Cause(
                    "the id was typed for another organization, or the unit was deleted",
                    "correct the targets by Edit: the root of this organization is `{root}`",
                ),
            ),
        ),
    ),
)
