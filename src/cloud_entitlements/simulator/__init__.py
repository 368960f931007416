"""A simulated AWS behind the real AWS API over HTTP: organizations, StackSets, IAM, STS; and a small console.

Owns its own reading of who may do what, and imports nothing of the product, so that the two can't agree by
accident. moto keeps the state and speaks the protocols; what it lacks or gets wrong is mended in one place
each, with a comment that says what moto does. Signatures are not verified, keys are: whoever knows an access
key id is its owner, so it listens on 127.0.0.1 alone. Used by the demo and by tests.
"""
