"""Cloud infrastructure entitlement management for AWS: connect, read, prove."""
