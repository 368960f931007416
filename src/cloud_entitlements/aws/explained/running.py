"""What happens while the product runs: denials of single calls, the network, the disk."""

from cloud_entitlements.aws.explained.kind import Cause, Group, Kind
from cloud_entitlements.aws.explained.platform import CLOCK

_WALL = Cause(
    "a firewall or proxy is between this machine and AWS",
    "allow HTTPS to *.amazonaws.com, or set HTTPS_PROXY for the service",
    tell="`curl -sS -o /dev/null -m 5 https://sts.amazonaws.com` fails on this machine",
)

GROUP = Group(
    "While it runs",
    "What could not be read is a gap: the last value stays, marked with its date, and the next run asks again.",
    (
        Kind(
            "throttled",
            "AWS limits how fast it may be asked",
            (
                Cause(
                    "many tools ask the same account at once; it was tried ten times, ever more slowly",
                    "nothing to do: the next run asks again",
                    tell="CloudTrail shows which other principals call the same service in that minute",
                ),
                Cause(
                    "the pause between two runs is too short for an organization of this size",
                    "set CIEM_SYNCHRONIZATION_MINUTES to 60 or more",
                    tell="throttling comes back in every run",
                ),
            ),
        ),
        Kind("unreachable", "AWS can't be reached", (_WALL,)),
        Kind(
            "dns",
            "AWS's name can't be resolved",
            (
                Cause(
                    "this machine's resolver does not answer, or does not know the name",
                    "getent hosts sts.amazonaws.com",
                    tell="the line prints nothing: mend /etc/resolv.conf, or the resolver of the container's network",
                ),
                Cause(
                    "AWS_ENDPOINT_URL, or the Region, is mistyped",
                    "env | grep -E 'AWS_(ENDPOINT_URL|REGION|DEFAULT_REGION)'",
                    tell="the name in the message is not one of AWS's",
                ),
            ),
        ),
        Kind(
            "tls",
            "The certificate is not AWS's",
            (
                Cause(
                    "a proxy intercepts TLS with a certificate of its own",
                    "export AWS_CA_BUNDLE=/path/to/the/proxy-ca.pem",
                    tell="`openssl s_client -connect sts.amazonaws.com:443` shows an issuer that is not Amazon",
                ),
                CLOCK,
            ),
        ),
        Kind(
            "timeout",
            "AWS did not answer in time",
            (Cause("the service or the way to it is slow at the moment", "nothing to do: the next run asks again"), _WALL),
        ),
        Kind(
            "reset",
            "The connection broke off in the middle of an answer",
            (
                Cause("something on the way closed it", "nothing to do: it was tried again, and the next run asks again"),
                Cause(
                    "a proxy limits the size or the length of answers",
                    "let *.amazonaws.com pass the proxy without inspection",
                    tell="it happens with the same large account in every run",
                ),
            ),
        ),
        Kind(
            "repeated_page",
            "AWS gave the same page again and again",
            (
                Cause(
                    "the list can't be read to its end; half a list is never taken for a whole one",
                    "nothing to do: the next run asks again",
                    tell="if it lasts for days, report it to AWS with the request id",
                ),
            ),
        ),
        Kind("clock", "The clock of this machine is wrong", (CLOCK,)),
        Kind(
            "disk",
            "The data folder can't be written",
            (
                Cause(
                    "the disk is full",
                    "df -h {folder}",
                    tell="100 % in the column Use%; make room, or set CIEM_DATA_DIR. Nothing that was published is touched",
                ),
                Cause(
                    "the folder is read-only, or belongs to another user",
                    "ls -ld {folder}",
                    tell="the user that runs this program may not write there",
                ),
            ),
        ),
        Kind(
            "report_late",
            "AWS did not finish a report in time",
            (Cause("a large account takes minutes", "nothing to do: the next run takes the finished report, or asks again"),),
        ),
        Kind(
            "report_failed",
            "AWS did not give a report that it was asked to make",
            (Cause("AWS failed to make it, or forgot the job that made it", "nothing to do: the next run asks again"),),
        ),
        Kind(
            "next_run",
            "Too many to ask in one run",
            (Cause("AWS tells of each one by one; a run asks a part of them", "nothing to do: the next run goes on where this one ended"),),
        ),
        Kind(
            "too_many_calls",
            "The account's share of calls is used up",
            (
                Cause(
                    "it needs more calls a run than CIEM_MAX_CALLS_PER_ACCOUNT allows",
                    "set CIEM_MAX_CALLS_PER_ACCOUNT higher, if the account's owner agrees",
                ),
            ),
        ),
        Kind(
            "damaged_snapshot",
            "The latest snapshot can't be read",
            (
                Cause(
                    "its file `manifest.json` was changed or lost, or the disk is failing",
                    "restore that folder from a backup; without one remove it, and the file `latest` beside it: the snapshot before it counts again, and the next run reads everything anew",
                    tell="the message names the folder",
                ),
                Cause(
                    "a newer program wrote it",
                    "upgrade this program to the version that wrote it, or a later one",
                    tell="the message says that its format is newer than this program",
                ),
            ),
        ),
        Kind(
            "unfinished",
            "The account, or Identity Center, could not be finished",
            (Cause("a mistake in this program, or a worker that died again and again", "report it with the text above; the next run tries again"),),
        ),
        Kind(
            "denied",
            "AWS denied the call",
            (
                Cause(
                    "the stack is older than this program, or its policy was changed",
                    "{update}",
                    tell="the page of the connection names the permissions that its roles lack",
                ),
            ),
        ),
        Kind(
            "not_allowed",
            "The role's own policy lacks the action",
            (
                Cause(
                    "the stack is older than this program",
                    "{update}",
                    tell="the page of the connection names the permissions that its roles lack",
                ),
            ),
        ),
        Kind(
            "kms_key_refused",
            "It is encrypted with a KMS key that the role may not use",
            (
                Cause(
                    "the key policy of the customer managed key does not let the role decrypt through Identity Center; the template never asks for it",
                    "add to the Statement of that key's policy: "
                    '"Sid": "CloudEntitlementsThroughIdentityCenter", "Effect": "Allow", "Principal": {{"AWS": "{role}"}}, '
                    '"Action": "kms:Decrypt", "Resource": "*", '
                    '"Condition": {{"StringLike": {{"kms:ViaService": ["sso.*.amazonaws.com", "identitystore.*.amazonaws.com"]}}}}',
                    tell="AWS's message says `kms:Decrypt`; `aws sso-admin describe-instance --instance-arn <instance>` names the key",
                    then="wait for the next run: what the key hid is read then, and until then the people are unknown, not none",
                ),
                Cause(
                    "the key is disabled, waits to be deleted, or is gone",
                    "aws kms enable-key --key-id <key>",
                    tell="`aws kms describe-key --key-id <key>` says a KeyState other than Enabled; nobody can sign in through Identity Center either",
                ),
            ),
        ),
        Kind(
            "denied_by_scp",
            "A service control policy denies the call",
            (
                Cause(
                    "a service control policy above the account denies it",
                    'in that Deny\'s Condition add under ArnNotLike: "aws:PrincipalArn": "{role}"',
                    tell="AWS's message says `explicit deny in a service control policy`",
                ),
                Cause(
                    "the service control policies above the account list what is allowed, and leave this out",
                    "add the action to the Allow of that policy",
                    tell="AWS's message says `because no service control policy allows`",
                ),
            ),
        ),
        Kind(
            "denied_by_rcp",
            "A resource control policy denies the call",
            (
                Cause(
                    "a resource control policy denies callers from outside the organization",
                    'in that Deny\'s Condition add under StringNotEqualsIfExists: "aws:PrincipalAccount": "{caller_account}"',
                ),
            ),
        ),
        Kind(
            "denied_by_boundary",
            "The role's permissions boundary lacks the action",
            (Cause("the boundary does not allow it", "allow the action in the boundary, or update the stack with PermissionsBoundary empty"),),
        ),
        Kind(
            "denied_by_session_policy",
            "A session policy denies the call",
            (Cause("whoever gave out these credentials narrowed them", "give the machine a role of its own, without a session policy"),),
        ),
    ),
)  # fmt: skip
