"""SQS: takes calls that nobody signed (EVAL-19). SQS-01: queues, like topics, repositories, event buses, vaults and APIs,
follow the ordinary formula; `Switches.explicit_services` says otherwise.
"""

from cloud_entitlements.policy.services.quirks import Quirks

QUIRKS = Quirks(unsigned=lambda _request: True)
