"""The only room that calls AWS: sessions, what people paste, the template, connect checks, collectors.

Owns everything that must be known about AWS to connect and read it: one table of permissions, one file a
collector, the failures with their causes. Knows nothing of Django, of the database, or of any emulator: an
endpoint is boto3's business (`AWS_ENDPOINT_URL`). Imports `inventory` and below.
"""
