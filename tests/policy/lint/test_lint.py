"""One row a finding: `»` stands before the place that must be named. One row a near miss: the code must not appear."""

from __future__ import annotations

import pytest

from cloud_entitlements.policy import lint
from cloud_entitlements.policy.lint import KINDS, Finding, Kind
from cloud_entitlements.policy.lint.criteria import CRITERIA

MARK = "»"
Row = tuple[str, Kind | None, str]


def s3(rest: str, *, effect: str = "Allow", action: str = '"s3:GetObject"', resource: str = '"*"') -> str:
    """One statement on three lines; `rest` is the third."""
    return statements(f'{{"Effect": "{effect}", "Action": {action}, "Resource": {resource}{rest}}}')


def statements(*written: str) -> str:
    return '{"Version": "2012-10-17",\n "Statement": [\n  ' + ",\n  ".join(written) + "\n ]}"


def when(operator: str, key: str, values: str) -> str:
    return f',\n   "Condition": {{"{operator}": {{"{key}": {values}}}}}'


def whom(principal: str, *, effect: str = "Allow", element: str = "Principal", more: str = "") -> str:
    """Of a bucket."""
    return statements(
        f'{{"Effect": "{effect}", "{element}": {principal}, "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*"{more}}}'
    )


def trust(principal: str, *, action: str = '"sts:AssumeRole"', element: str = "Principal") -> str:
    return statements(f'{{"Effect": "Allow", "{element}": {principal}, "Action": {action}}}')


ALLOW = '{"Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws:s3:::b/*"}'
ROLE = '{"AWS": "arn:aws:iam::123456789012:role/app"}'
GITHUB = '{"Federated": "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com"}'
WEB = '"sts:AssumeRoleWithWebIdentity"'
LONG = ", ".join(f'"arn:aws:s3:::bucket-with-a-long-name-{number:04}/*"' for number in range(200))

FOUND: list[Row] = [
    ("malformed-document", None, '{"Version": "2012-10-17",\n "Statement": [»'),
    ("malformed-document", None, s3("").replace('"Allow"', '»"allow"')),
    ("malformed-document", None, s3(when("StringSame", "s3:prefix", '"a"')).replace('{"s3:', '»{"s3:')),
    ("malformed-document", None, "»[1]"),
    ("duplicate-key", None, s3(',\n   »"Effect": "Deny"')),
    ("no-statement", None, '»{"Version": "2012-10-17", "Statement": []}'),
    ("missing-version", None, "»" + s3("").replace('"Version": "2012-10-17",', "")),
    (
        "literal-variable",
        None,
        s3("", resource='»"arn:aws:s3:::b/${aws:username}"').replace("2012-10", "2008-10"),
    ),
    (
        "literal-variable",
        None,
        s3(when("StringLike", "s3:prefix", '["a", »"${aws:username}"]')).replace("2012", "2008"),
    ),
    ("policy-too-large", None, "»" + s3("", resource=f"[{LONG}]")),
    (
        "policy-too-large",
        "trust",
        "»" + trust('{"AWS": [' + ", ".join(['"arn:aws:iam::123456789012:root"'] * 70) + "]}"),
    ),
    (
        "duplicate-sid",
        None,
        statements(ALLOW.replace("{", '{"Sid": "A", '), ALLOW.replace("{", '»{"Sid": "A", ')),
    ),
    ("invalid-sid", None, statements(ALLOW.replace("{", '»{"Sid": "my-sid", '))),
    ("invalid-action", None, s3("", action='["s3:GetObject", »"GetObject"]')),
    ("wildcard-service", None, s3("", action='»"s*:GetObject"')),
    ("unknown-service", None, s3("", action='»"s33:GetObject"')),
    ("unknown-action", None, s3("", action='[\n    "s3:PutObject",\n    »"s3:GetObjct"]')),
    ("unknown-action", None, statements('{"Effect": "Deny", "NotAction": »"iam:GetRoll", "Resource": "*"}')),
    ("action-matches-nothing", None, s3("", action='»"s3:Read*"')),
    ("redundant-action", None, s3("", action='["s3:Get*", »"s3:GetObject"]')),
    ("redundant-action", None, s3("", action='["s3:GetObject", »"s3:getobject"]')),
    ("redundant-action", None, s3("", action='[»"s3:GetObject", "*"]')),
    ("allow-not-action", None, statements('{"Effect": "Allow", "NotAction": »"iam:*", "Resource": "*"}')),
    ("administrator", None, s3("", action='»"*"')),
    ("administrator", None, s3("", action='[»"*:*"]', resource='["arn:aws:s3:::b", "*"]')),
    ("pass-role-any", None, s3("", action='["iam:GetRole", »"iam:PassRole"]')),
    ("pass-role-any", None, s3("", action='»"iam:Pass*"', resource='"arn:aws:iam::123456789012:role/*"')),
    ("invalid-resource", None, s3("", resource='»"bucket/*"')),
    ("invalid-resource", None, s3("", resource='["*", »"arn:aws:s3:bucket"]')),
    ("invalid-resource", None, s3("", action='"sqs:*"', resource='»"arn:aws:sqs:eu-west-1:12345678901:q"')),
    ("wildcard-resource-service", None, s3("", resource='»"arn:aws:*:::b/*"')),
    ("unknown-resource-service", None, s3("", resource='»"arn:aws:s33:::b/*"')),
    ("resource-without-action", None, s3("", resource='["arn:aws:s3:::b/*", »"arn:aws:s3:::b"]')),
    ("resource-without-action", None, s3("", resource='["arn:aws:s3:::b/*", »"arn:aws:sqs:*:*:b/*"]')),
    (
        "action-without-resource",
        None,
        s3("", action='["s3:GetObject", »"s3:ListBucket"]', resource='"arn:aws:s3:::b/*"'),
    ),
    (
        "action-without-resource",
        None,
        s3("", action='["s3:GetObject", »"ec2:DescribeVpcs"]', resource='"arn:aws:s3:::b/*"'),
    ),
    (
        "action-without-types",
        None,
        s3("", action='»"ec2:DescribeVpcs"', resource='"arn:aws:ec2:*:*:vpc/vpc-1"'),
    ),
    ("redundant-resource", None, s3("", resource='["arn:aws:s3:::b*", »"arn:aws:s3:::b/*"]')),
    ("redundant-resource", None, s3("", resource='["arn:aws:s3:::b/*", »"arn:aws:s3:::b/*"]')),
    ("allow-not-resource", None, s3("").replace('"Resource": ', '"NotResource": »')),
    ("unknown-condition-key", None, s3(when("StringEquals", "aws:PrincipalOrgsID", '»"o-1"'))),
    ("unknown-condition-key", None, s3(when("StringEquals", "s3:prefixes", '»"a"'))),
    ("condition-key-not-supplied", None, s3(when("StringLike", "s3:prefix", '»"a"'))),
    ("condition-key-not-supplied", None, s3(when("StringEquals", "aws:RequestTag/team", '»"a"'))),
    ("operator-unfit", None, s3(when("StringEquals", "s3:max-keys", '»"10"'), action='"s3:ListBucket"')),
    ("operator-unfit", None, s3(when("StringLike", "aws:SourceIp", '»"203.0.113.*"'))),
    ("operator-unfit", None, s3(when("NumericEquals", "aws:username", '»"1"'))),
    ("plain-operator-on-many", None, s3(when("StringEquals", "aws:CalledVia", '»"athena.amazonaws.com"'))),
    ("set-operator-on-one", None, s3(when("ForAllValues:StringEquals", "aws:PrincipalOrgID", '»"o-1"'))),
    (
        "for-all-values-absent",
        None,
        s3(when("ForAllValues:StringEquals", "aws:TagKeys", '»["a"]'), action='"ec2:CreateTags"'),
    ),
    ("value-not-of-type", None, s3(when("NumericLessThan", "aws:MultiFactorAuthAge", '["1", »"one"]'))),
    ("value-not-of-type", None, s3(when("DateLessThan", "aws:CurrentTime", '»"tomorrow"'))),
    ("value-not-of-type", None, s3(when("IpAddress", "aws:SourceIp", '»"10.0.0.*"'))),
    ("value-not-of-type", None, s3(when("IpAddress", "aws:SourceIp", '["10.0.0.0/8",\n »"2001:db8::1/32"]'))),
    ("value-not-of-type", None, s3(when("Bool", "aws:SecureTransport", '»"yes"'))),
    ("value-not-of-type", None, s3(when("Null", "aws:SourceVpce", '»"no"'))),
    ("value-not-of-type", None, s3(when("ArnLike", "aws:PrincipalArn", '»"role/app"'))),
    ("literal-wildcard", None, s3(when("StringNotEquals", "aws:userid", '["a", »"AROAEXAMPLE:*"]'))),
    ("empty-values", None, s3(when("StringEquals", "aws:username", "»[]"))),
    (
        "never-holds",
        None,
        s3(
            ',\n  "Condition": {"StringEquals": {"aws:username": "a"}, "StringNotEquals": {"aws:UserName": »["a", "b"]}}'
        ),
    ),
    (
        "never-holds",
        None,
        s3(
            ',\n  "Condition": {"Null": {"aws:SourceVpce": "true"}, "StringEquals": {"aws:SourceVpce": »"vpce-1"}}'
        ),
    ),
    ("variable-misplaced", None, s3("", action='»"s3:${aws:username}"')),
    (
        "variable-misplaced",
        None,
        s3("", action='"sqs:*"', resource='»"arn:aws:sqs:*:${aws:PrincipalAccount}:q"'),
    ),
    ("variable-misplaced", None, s3(when("NumericLessThan", "aws:MultiFactorAuthAge", '»"${aws:username}"'))),
    (
        "variable-misplaced",
        None,
        s3(when("StringEquals", "aws:ResourceTag/${aws:username}", '»"a"'), action='"ec2:StopInstances"'),
    ),
    ("variable-misplaced", None, whom('{"AWS": »"arn:aws:iam::123456789012:user/${aws:username}"}')),
    ("unknown-variable", None, s3("", resource='»"arn:aws:s3:::b/${aws:usernam}"')),
    ("unknown-variable", None, s3(when("StringEquals", "aws:ResourceAccount", '»"${AWS::AccountId}"'))),
    ("variable-of-many", None, s3("", resource='»"arn:aws:s3:::b/${aws:PrincipalOrgPaths}"')),
    (
        "unreachable-statement",
        None,
        statements("»" + ALLOW, '{"Effect": "Deny", "Action": "S3:*", "Resource": "arn:aws:s3:::*"}'),
    ),
    (
        "unreachable-statement",
        None,
        statements(
            '{"Effect": "Deny", "Action": "*", "Resource": "*"}',
            '»{"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}',
        ),
    ),
    ("allow-not-principal", None, whom(ROLE.replace('"arn', '»"arn'), element="NotPrincipal")),
    ("deny-not-principal", None, whom(ROLE.replace('"arn', '»"arn'), effect="Deny", element="NotPrincipal")),
    ("not-principal-refused", "trust", trust(ROLE.replace('"arn', '»"arn'), element="NotPrincipal")),
    ("public-principal", None, whom('»"*"')),
    ("public-principal", None, trust('{"AWS": »"*"}')),
    ("invalid-principal", None, whom('{"AWS": »"arn:aws:iam::123456789012:role/app-*"}')),
    ("invalid-principal", None, whom('{"AWS": ["123456789012", »"12345"]}')),
    ("invalid-principal", None, whom('{"AWS": »"arn:aws:iam::123456789012:group/admins"}')),
    ("invalid-principal", None, trust('{"Service": »"lambda"}')),
    ("federation-without-tenant", None, trust(GITHUB.replace('"arn', '»"arn'), action=WEB)),
    (
        "federation-without-tenant",
        None,
        trust('{"Federated": »"cognito-identity.amazonaws.com"}', action=WEB).replace(
            "}\n", when("StringEqualsIfExists", "cognito-identity.amazonaws.com:aud", '"pool"') + "}\n"
        ),
    ),
    ("deleted-principal", None, whom('{"AWS": »"AROAEXAMPLEEXAMPLE123"}')),
    ("principal-not-allowed", "identity", whom(ROLE.replace('"arn', '»"arn'))),
    ("principal-not-allowed", "scp", whom('»"*"', effect="Deny")),
    ("missing-principal", "resource", statements("»" + ALLOW)),
    ("missing-principal", "rcp", statements("»" + ALLOW)),
    ("missing-resource", None, statements('»{"Effect": "Allow", "Action": "s3:*"}')),
    (
        "missing-resource",
        "resource",
        statements(f'»{{"Effect": "Allow", "Action": "s3:*", "Principal": {ROLE}}}'),
    ),
    ("trust-restriction", "trust", trust(ROLE).replace('"Effect"', '"Resource": »"*", "Effect"')),
    ("trust-restriction", "trust", trust(ROLE, action='["sts:AssumeRole", »"s3:GetObject"]')),
    ("rcp-restriction", "rcp", whom('"*"').replace('{"Eff', '»{"Eff')),
    ("rcp-restriction", "rcp", whom('{"AWS": »"123456789012"}', effect="Deny")),
    ("rcp-restriction", "rcp", whom('"*"', effect="Deny").replace('"s3:GetObject"', '»"*"')),
    (
        "rcp-restriction",
        "rcp",
        whom('"*"', effect="Deny").replace('"Action": "s3:GetObject"', '"NotAction": »"s3:GetObject"'),
    ),
    (
        "rcp-service",
        "rcp",
        statements('{"Effect": "Deny", "Principal": "*", "Action": »"ec2:*", "Resource": "*"}'),
    ),
]

MISSED: list[Row] = [
    ("malformed-document", None, s3("")),
    ("duplicate-key", None, s3(when("StringEquals", "aws:PrincipalTag/Effect", '"Effect"'))),
    ("no-statement", None, "{}"),
    ("missing-version", None, s3("")),
    ("literal-variable", None, s3("", resource='"arn:aws:s3:::b/${aws:username}"')),
    ("policy-too-large", None, s3("", resource="[\n" + " " * 10_000 + '"*"]')),
    ("policy-too-large", "scp", s3("", resource="[\n" + " " * 11_000 + '"*"]')),
    ("policy-too-large", "resource", s3("", resource=f"[{LONG}]")),
    ("duplicate-sid", None, statements(ALLOW, ALLOW)),
    (
        "invalid-sid",
        "resource",
        whom(ROLE).replace("{", '{"Sid": "my sid", ', 2).replace('{"Sid": "my sid", ', "{", 1),
    ),
    ("invalid-action", None, s3("", action='["*", "s3:Get?bject*", "aws-portal:*"]')),
    ("wildcard-service", None, s3("", action='["*", "*:*", "s3:*"]')),
    ("unknown-service", None, s3("", action='"S3:GetObject"')),
    ("unknown-action", None, s3("", action='["S3:getobject", "s3:Nothing*"]')),
    ("action-matches-nothing", None, s3("", action='["s3:*bject", "S3:GETOBJEC?"]')),
    ("redundant-action", None, s3("", action='["s3:Get*", "s3:PutObject", "s3:*Acl"]')),
    ("allow-not-action", None, statements('{"Effect": "Deny", "NotAction": "iam:*", "Resource": "*"}')),
    ("allow-not-action", "scp", statements('{"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}')),
    ("administrator", "scp", s3("", action='"*"')),
    ("administrator", None, s3(when("Bool", "aws:MultiFactorAuthPresent", '"true"'), action='"*"')),
    (
        "pass-role-any",
        None,
        s3(when("StringEquals", "iam:PassedToService", '"ec2.amazonaws.com"'), action='"iam:PassRole"'),
    ),
    ("pass-role-any", None, s3("", action='"iam:PassRole"', resource='"arn:aws:iam::123456789012:role/app"')),
    ("pass-role-any", None, s3("", action='"iam:PassRole"', effect="Deny")),
    (
        "invalid-resource",
        None,
        s3("", resource='["*", "arn:aws:s3:::b", "arn:aws:s3*", "arn:aws:iam::aws:policy/x"]'),
    ),
    ("wildcard-resource-service", None, s3("", resource='["*", "arn:*:s3:::b*"]')),
    ("unknown-resource-service", None, s3("", resource='"arn:aws:s3-object-lambda:*:*:accesspoint/a"')),
    (
        "resource-without-action",
        None,
        s3("", action='["s3:GetObject", "s3:ListBucket"]', resource='["arn:aws:s3:::b", "arn:*:s3:::b/*"]'),
    ),
    (
        "resource-without-action",
        None,
        s3("", action='["s3:GetObject", "s3:Unknown"]', resource='"arn:aws:s3:::b"'),
    ),
    ("resource-without-action", None, s3("", resource='"arn:aws:s3:::${aws:username}*"')),
    (
        "action-without-resource",
        None,
        s3("", action='["s3:Get*", "s3:List*"]', resource='["arn:aws:s3:::b", "arn:aws:s3:::b/*"]'),
    ),
    ("action-without-resource", None, s3("", action='"ec2:DescribeVpcs"')),
    ("action-without-types", None, s3("", action='"ec2:DescribeVpcs"')),
    ("redundant-resource", None, s3("", resource='["arn:aws:s3:::b", "arn:aws:s3:::b/*"]')),
    ("allow-not-resource", None, s3("", effect="Deny").replace("Resource", "NotResource")),
    ("unknown-condition-key", None, s3(when("StringEquals", "AWS:principalorgid", '"o-1"'))),
    ("unknown-condition-key", None, s3(when("StringEquals", "aws:PrincipalTag/Any thing", '"a"'))),
    (
        "unknown-condition-key",
        None,
        trust(ROLE).replace("}\n", when("StringEquals", "idp.example.com:sub", '"a"') + "}\n"),
    ),
    (
        "unknown-condition-key",
        None,
        s3(when("StringEquals", "ec2:osuser", '"me"'), action='"ec2-instance-connect:SendSSHPublicKey"'),
    ),
    ("condition-key-not-supplied", None, s3(when("StringLike", "s3:prefix", '"a"'), action='"s3:List*"')),
    ("condition-key-not-supplied", None, s3(when("StringLike", "s3:prefix", '"a"'), action='"*"')),
    ("condition-key-not-supplied", None, s3(when("StringLike", "s3:ExistingObjectTag/team", '"a"'))),
    ("operator-unfit", None, s3(when("NumericEquals", "s3:max-keys", '"10"'), action='"s3:ListBucket"')),
    ("operator-unfit", None, s3(when("StringLike", "aws:PrincipalArn", '"arn:aws:iam::*:role/a"'))),
    ("operator-unfit", None, s3(when("Null", "aws:SourceIp", '"true"'))),
    (
        "plain-operator-on-many",
        None,
        s3(when("ForAnyValue:StringEquals", "aws:CalledVia", '"athena.amazonaws.com"')),
    ),
    ("plain-operator-on-many", None, s3(when("Null", "aws:CalledVia", '"true"'))),
    (
        "set-operator-on-one",
        None,
        s3(when("ForAnyValue:StringEquals", "aws:TagKeys", '"a"'), action='"ec2:CreateTags"'),
    ),
    ("set-operator-on-one", None, s3(when("ForAnyValue:StringEquals", "aws:PrincipalOrgID", '"o-1"'))),
    ("set-operator-on-one", None, s3(when("ForAnyValue:StringEquals", "idp.example.com:groups", '"a"'))),
    (
        "for-all-values-absent",
        None,
        s3(when("ForAllValues:StringEquals", "aws:TagKeys", '["a"]'), effect="Deny"),
    ),
    (
        "for-all-values-absent",
        None,
        s3(
            ',\n  "Condition": {"ForAllValues:StringEquals": {"aws:TagKeys": "a"}, "Null": {"aws:TagKeys": "false"}}'
        ),
    ),
    ("value-not-of-type", None, s3(when("NumericLessThan", "aws:MultiFactorAuthAge", '[1, "01", "1e0"]'))),
    (
        "value-not-of-type",
        None,
        s3(when("DateLessThan", "aws:CurrentTime", '["2026-01-01T00:00:00Z", "1767225600"]')),
    ),
    (
        "value-not-of-type",
        None,
        s3(when("IpAddress", "aws:SourceIp", '["10.1.2.3/8", "2001:db8::/32", "192.0.2.1"]')),
    ),
    ("value-not-of-type", None, s3(when("Bool", "aws:SecureTransport", '[true, "FALSE"]'))),
    ("value-not-of-type", None, s3(when("ArnLike", "aws:PrincipalArn", '"arn:aws:iam::*:role/app-?"'))),
    ("literal-wildcard", None, s3(when("StringLike", "aws:userid", '"AROAEXAMPLE:*"'))),
    ("literal-wildcard", None, s3(when("StringEquals", "aws:userid", '"${*}"'))),
    ("empty-values", None, s3(when("StringEquals", "aws:username", '""'))),
    (
        "never-holds",
        None,
        s3(
            ',\n  "Condition": {"StringEquals": {"aws:username": ["a", "b"]}, "StringNotEquals": {"aws:username": "a"}}'
        ),
    ),
    (
        "never-holds",
        None,
        s3(
            ',\n  "Condition": {"StringLike": {"aws:username": "*a"}, "StringNotLike": {"aws:username": "b*"}}'
        ),
    ),
    ("variable-misplaced", None, s3("", resource='"arn:aws:s3:::${aws:username}/${aws:PrincipalTag/a:b}"')),
    (
        "variable-misplaced",
        None,
        s3(when("ArnLike", "aws:SourceArn", '"arn:aws:s3:*:${aws:PrincipalAccount}:*"')),
    ),
    (
        "unknown-variable",
        None,
        s3("", resource="\"arn:aws:s3:::b/${aws:PrincipalTag/team, 'none'}/${*}${$}\""),
    ),
    ("variable-of-many", None, s3("", resource='"arn:aws:s3:::b/${aws:PrincipalOrgID}"')),
    (
        "unreachable-statement",
        None,
        statements(ALLOW, '{"Effect": "Deny", "Action": "s3:*", "Resource": "arn:aws:s3:::b"}'),
    ),
    (
        "unreachable-statement",
        None,
        statements(
            ALLOW,
            s3(when("Bool", "aws:SecureTransport", '"false"'), effect="Deny", action='"*"').split("\n", 2)[2][
                :-4
            ],
        ),
    ),
    ("allow-not-principal", None, whom(ROLE, effect="Deny", element="NotPrincipal")),
    ("deny-not-principal", None, whom(ROLE, effect="Deny")),
    ("not-principal-refused", "trust", trust(ROLE)),
    ("public-principal", None, whom('"*"', more=when("StringEquals", "aws:PrincipalOrgID", '"o-1"'))),
    ("public-principal", None, whom('"*"', effect="Deny")),
    (
        "invalid-principal",
        None,
        whom(
            '{"AWS": ["*", "123456789012", "arn:aws:iam::123456789012:root", "arn:aws:sts::123456789012:assumed-role/r/s"]}'
        ),
    ),
    (
        "invalid-principal",
        None,
        trust('{"Service": ["lambda.amazonaws.com", "states.eu-west-1.amazonaws.com"]}'),
    ),
    (
        "federation-without-tenant",
        None,
        trust(GITHUB, action=WEB).replace(
            "}\n", when("StringLike", "token.actions.githubusercontent.com:sub", '"repo:o/r:*"') + "}\n"
        ),
    ),
    (
        "federation-without-tenant",
        None,
        trust(GITHUB.replace("token.actions.githubusercontent.com", "idp.example.com"), action=WEB),
    ),
    ("deleted-principal", None, whom('{"AWS": "arn:aws:iam::123456789012:role/AROAEXAMPLEEXAMPLE123"}')),
    ("principal-not-allowed", None, whom(ROLE)),
    ("missing-principal", None, statements(ALLOW)),
    ("missing-resource", None, trust(ROLE)),
    ("missing-resource", None, statements(f'{{"Effect": "Allow", "Action": "ecr:*", "Principal": {ROLE}}}')),
    ("trust-restriction", None, trust(ROLE, action='["sts:AssumeRole", "sts:TagSession"]')),
    ("rcp-restriction", "rcp", whom('{"AWS": "*"}', effect="Deny")),
    ("rcp-service", "rcp", whom('"*"', effect="Deny")),
]


def marked(source: str) -> tuple[str, int, int]:
    before, _, after = source.partition(MARK)
    return before + after, before.count("\n") + 1, len(before) - before.rfind("\n")


def codes(found: tuple[Finding, ...]) -> set[str]:
    return {one.code for one in found}


@pytest.mark.parametrize(
    ("code", "kind", "source"), FOUND, ids=lambda value: value if value in KINDS else None
)
def test_is_found_at_its_place(code: str, kind: Kind | None, source: str) -> None:
    text, line, column = marked(source)
    found = [one for one in lint(text, kind) if one.code == code]
    assert [(one.line, one.column) for one in found] == [(line, column)], lint(text, kind)
    assert all(one.fix and one.text for one in found)


@pytest.mark.parametrize(
    ("code", "kind", "source"), MISSED, ids=lambda value: value if value in KINDS else None
)
def test_is_not_found_where_it_is_not(code: str, kind: Kind | None, source: str) -> None:
    found = lint(source, kind)
    assert code not in codes(found), found
    assert "malformed-document" not in codes(found) or source == "{}", found


def test_every_criterion_has_a_hit_a_near_miss_and_plain_words() -> None:
    known = [one.code for one in CRITERIA]
    assert len(set(known)) == len(known) >= 50
    assert {code for code, _, _ in FOUND} == set(known)
    assert {code for code, _, _ in MISSED} == set(known)
    for one in CRITERIA:
        assert one.why.endswith("."), one.code
        assert not one.fix.endswith("."), one.code
        assert one.severity in ("error", "warning", "note")


def test_a_sound_policy_has_no_finding() -> None:
    assert lint(s3("", resource='"arn:aws:s3:::b/*"')) == ()
    assert lint(trust('{"Service": "lambda.amazonaws.com"}')) == ()
    assert lint(whom(ROLE)) == ()


def test_names_that_were_meant_are_suggested() -> None:
    (found,) = lint(s3("", action='"s3:GetObjct"'))
    assert "`s3:GetObject`" in found.fix
    (found,) = lint(s3(when("StringEquals", "aws:PrincipalOrgsID", '"o-1"')))
    assert "`aws:PrincipalOrgID`" in found.fix


def test_findings_come_in_the_order_of_the_document_and_name_their_statement() -> None:
    found = lint(
        statements(
            '{"Sid": "A", "Effect": "Allow", "Action": ["x", "y"], "Resource": "*"}',
            ALLOW.replace("s3:*", "s3:Gt*"),
        )
    )
    assert [(one.statement, one.sid, one.code) for one in found] == [
        (0, "A", "invalid-action"),
        (0, "A", "invalid-action"),
        (1, "", "action-matches-nothing"),
    ]
    assert [(one.line, one.column) for one in found] == sorted((one.line, one.column) for one in found)
