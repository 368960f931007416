"""The machine that the product runs on, and the AWS identity that it runs as."""

from cloud_entitlements.aws.explained.kind import Cause, Group, Kind

CLOCK = Cause(
    "this machine's clock is wrong",
    "timedatectl set-ntp true",
    tell="`date -u` differs by more than five minutes from the time in AWS's message",
)

GROUP = Group(
    "The platform",
    "The machine that this program runs on, and the one AWS identity that it runs as. `ciem doctor` checks all of it.",
    (
        Kind(
            "no_credentials",
            "This machine has no AWS credentials",
            (
                Cause(
                    "no role, profile or key is set for the user that runs this program",
                    "attach a role to the machine, or set AWS_PROFILE for the service; then run `ciem doctor`",
                    tell="`aws sts get-caller-identity` fails too when that user runs it",
                ),
                Cause(
                    "the machine has a role, and a container on it can't reach the metadata service",
                    "aws ec2 modify-instance-metadata-options --instance-id <instance> --http-put-response-hop-limit 2",
                    tell="outside the container `aws sts get-caller-identity` works",
                ),
            ),
        ),
        Kind(
            "expired",
            "The credentials ran out",
            (
                Cause(
                    "the sign-in behind the credentials ended",
                    "aws sso login",
                    tell="the profile in use belongs to a person; a machine's own role renews itself",
                ),
                Cause(
                    "somebody revoked the sessions of the platform's role",
                    "start this program anew: a new session is valid",
                    tell="the role has an inline policy `AWSRevokeOlderSessions`",
                ),
                CLOCK,
            ),
        ),
        Kind(
            "bad_credentials",
            "AWS does not know these credentials",
            (
                Cause(
                    "the access key was deleted or made inactive",
                    "aws iam list-access-keys --user-name <user>",
                    tell="the list does not show the key as Active",
                ),
                Cause(
                    "the key or its secret was mistyped or cut off",
                    "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY again, or better: give the machine a role",
                    tell="the message is `SignatureDoesNotMatch`",
                ),
                Cause(
                    "the credentials belong to another partition",
                    "set AWS_REGION to a Region of the partition that the key belongs to, e.g. us-gov-west-1",
                    tell="the key works with `--region us-gov-west-1` or `--region cn-north-1`",
                ),
            ),
        ),
        Kind(
            "root_credentials",
            "The credentials are the root user's",
            (
                Cause(
                    "AWS never lets the root user assume a role",
                    "delete the root access key, make a role for this machine, and start with that",
                ),
            ),
        ),
        Kind(
            "personal_identity",
            "The credentials are a person's own",
            (
                Cause(
                    "templates trust whoever runs this program: they would trust that person",
                    "give this machine a role of its own, or insist: ciem doctor --store",
                ),
            ),
        ),
        Kind(
            "path_unknown",
            "The path of the platform's role is not known",
            (
                Cause(
                    "a session's ARN does not carry the path of its role `{name}`, and AWS may not be asked for it",
                    "allow `iam:GetRole` on its own role, or set CIEM_PLATFORM_PRINCIPAL to the role's ARN with its path",
                ),
            ),
        ),
        Kind(
            "other_principal",
            "The caller is not the stored identity",
            (
                Cause(
                    "templates trust `{stored_arn}`, and the credentials here belong to `{caller_arn}`",
                    "start this program with the stored identity's credentials",
                    tell="`ciem doctor` shows both",
                ),
                Cause(
                    "the platform got a new identity, and it was not announced",
                    "ciem platform rotate {caller_arn}",
                    tell="the old identity is not used any more; every stack then gets a new trust, one line each",
                ),
            ),
        ),
        Kind(
            "rotation_halfway",
            "The platform's identity is being rotated",
            (
                Cause(
                    "templates trust `{stored_arn}` since it was announced, and this program still calls as `{caller_arn}`, "
                    "the one before: a stack that is updated already admits only the new one",
                    "start this program with the credentials of `{stored_arn}`, then Reprocess",
                    tell="`ciem platform show` says which connections trust which",
                ),
            ),
        ),
        Kind(
            "other_than_setting",
            "The caller is not the identity that the setting names",
            (
                Cause(
                    "CIEM_PLATFORM_PRINCIPAL names `{setting_arn}`, and the credentials here belong to `{caller_arn}`",
                    "correct CIEM_PLATFORM_PRINCIPAL, or start this program with that identity's credentials",
                ),
            ),
        ),
        Kind(
            "platform_may_not_assume",
            "The platform may not assume the role",
            (
                Cause(
                    "the platform's own policies do not allow `sts:AssumeRole` on `{arn}`",
                    "attach the policy that `ciem doctor` prints to the platform's identity",
                    tell="AWS says that no identity-based policy allows it",
                ),
            ),
        ),
        Kind(
            "platform_denied_by_scp",
            "A service control policy stops the platform itself",
            (
                Cause(
                    "a service control policy above the platform's account {platform_account} denies `sts:AssumeRole`; "
                    "policies of the connected organization never do that to an outside caller",
                    'in that Deny\'s Condition add under ArnNotEquals: "aws:PrincipalArn": "{platform_arn}"',
                    tell="every connection fails alike; in the platform's own organization look under Policies > "
                    "Service control policies for a Deny of `sts:AssumeRole` or of `*`",
                ),
            ),
        ),
    ),
)
