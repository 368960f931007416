"""Lambda: a function URL needs two permissions (LAM-01)."""

from cloud_entitlements.policy.services.quirks import Quirks

URL, INVOKE = "lambda:invokefunctionurl", "lambda:InvokeFunction"
QUIRKS = Quirks(also=((URL, INVOKE),))
