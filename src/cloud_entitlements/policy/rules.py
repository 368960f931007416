"""The rules of evaluation, each with its id: code and cases cite them, and docs/reference/evaluation.md lists them.

`MATCHING` is what a request is and when a statement matches it; `DECISION` what the layers come to together.
"""

from __future__ import annotations

from cloud_entitlements.policy.rules_decision import DECISION

MATCHING: dict[str, str] = {
    "REQ-01": "Who, what, on what, in which circumstances: that is a request. A call that needs several is allowed when all are.",
    "REQ-02": "A call on resources of several types is asked once for each of them, and each brings its own keys.",
    "REQ-03": "A call on no resource in particular is asked on `*`, in a few services on an ARN made for it; narrower patterns are left open where that ARN is not known.",
    "REQ-04": "A key's name does not depend on case, the tag's part of it included; values do. Tags that differ by case alone are ambiguous.",
    "REQ-05": "Whether a key holds one value or many is the catalogue's to say, and never follows from how many a request brings.",
    "STMT-01": "An element and its negation exclude each other; one alone stands for a list of one, statements too.",
    "STMT-02": "A policy without Version is of 2008-10-17, where `${…}` is plain text.",
    "DOC-01": "A repeated JSON key spoils the document. Effect depends on case; Sids may repeat, and quotas do not matter.",
    "ACT-01": "Actions match in any case, with `*` and `?` in the name. A service's prefix has no wildcard, unless it is `*` as a whole.",
    "ACT-02": "NotAction means every action that it does not list, of every service, also those yet to come.",
    "ACT-03": "An action that the catalogue does not know is evaluated like any other, and warned about.",
    "RES-01": "Resources match letter by letter. `*` is any run of characters, slashes and line ends too; `?` is one UTF-16 unit; all else is itself.",
    "RES-02": "ARNs match segment by segment; only a `*` at a segment's end reaches over colons. In the sixth segment colons are text.",
    "RES-03": "The service segment has no wildcard: with one, nothing matches. Segments left off at the end are completed with `*`.",
    "RES-04": "NotResource means everything else, with Allow and with Deny. A trust policy is about its role, `*` in a key policy about its key.",
    "RES-05": "Variables stand in the last segment of an ARN alone. One without a value makes its pattern match nothing, in NotResource too.",
    "PRN-01": "A principal is named in full, or is `*`. A role's sessions lose its path in their ARN and keep it in aws:PrincipalArn.",
    "PRN-02": "A unique id in a policy is what is left of a deleted principal: nobody. Conditions keep ARNs as text.",
    "PRN-03": "A group is nobody's principal.",
    "PRN-04": "NotPrincipal means whoever is not listed. It spares a user who is listed with the account, and a session whose role and account are.",
    "PRN-05": "NotPrincipal with Deny spares nobody who has a permissions boundary.",
    "PRN-06": "A service is the principal of its own calls alone; what it does with a user's credentials is the user's call.",
    "PRN-07": "A Deny of a role or an account reaches every session below it.",
    "COND-01": "Operators are ANDed, and so are keys under one. Values of a key are ORed, and NORed under a negated operator.",
    "COND-02": "On an absent key a positive operator is false, a negated one and IfExists true, ForAllValues true, ForAnyValue false.",
    "COND-03": "A key with many values, once present, satisfies no operator without a set prefix.",
    "COND-04": "An empty value is a value: the key is present.",
    "COND-05": "Strings are equal to the letter, or lowered, or like a pattern over the whole text, colons included.",
    "COND-06": "ArnEquals is ArnLike: six segments, each with wildcards that do not leave the first five.",
    "COND-07": "Numbers compare as decimals. What is no number in the request is unequal, and neither less nor greater.",
    "COND-08": "Dates are ISO 8601 or seconds since 1970, to the millisecond. What is no date is unequal, and neither before nor after.",
    "COND-09": "`true` in any case is true and all other text false; an absent key is neither.",
    "COND-10": "Addresses lie in networks. IPv4 host bits are dropped, IPv6 ones make a network empty; a mapped address is its IPv4 one. Through an endpoint aws:SourceIp is absent.",
    "COND-11": "BinaryEquals compares base-64 text. Null asks for presence; what is not `true` counts as false.",
    "COND-12": "What is no address or no ARN in the request satisfies neither form. A pattern that is no ARN is an error: an Allow fails, a Deny applies, unless a match came first.",
    "VAR-01": "Variables are replaced in resources and in values of String, Arn and Bool operators, and nowhere else.",
    "VAR-02": "A default stands in for an absent key. Without one, nothing is equal. `${*}`, `${?}`, `${$}` and whatever was put in are literal.",
    "VAR-03": "A key with many values expands to nothing, and its default is not used.",
    "VAR-04": "aws:username is a user's alone; every authenticated caller has an aws:userid; a session's tags win over its role's.",
}

RULES: dict[str, str] = {**MATCHING, **DECISION}
