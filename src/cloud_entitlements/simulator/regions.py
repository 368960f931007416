"""Which Regions an account has enabled. Those that AWS opened since 2019 are not, until somebody enables them."""

from __future__ import annotations

FROM_THE_START = frozenset(
    {
        "us-east-1", "us-east-2", "us-west-1", "us-west-2", "ca-central-1", "sa-east-1", "eu-central-1", "eu-north-1",
        "eu-west-1", "eu-west-2", "eu-west-3", "ap-south-1", "ap-northeast-1", "ap-northeast-2", "ap-northeast-3",
        "ap-southeast-1", "ap-southeast-2",
    }
)  # fmt: skip
ENABLED: dict[str, frozenset[str]] = {}
"""By account: Regions that were enabled besides."""


def enabled(account: str, region: str) -> bool:
    return region in FROM_THE_START or region in ENABLED.get(account, frozenset())
