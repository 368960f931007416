"""The file of an index: SQLite, written once, read only afterwards, deleted at any time.

Sets of numbers are roaring bitmaps. Identities are numbered from 0 by account, then ARN; a document and a statement of
it that stands in many policies has one number.
"""

from __future__ import annotations

FORMAT = 4
"""Raised when a program could not read an older one's file, or would answer otherwise from it."""

TABLES = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;
CREATE TABLE account (id TEXT PRIMARY KEY, first INTEGER, last INTEGER, row TEXT) WITHOUT ROWID;
CREATE TABLE document (sha256 TEXT PRIMARY KEY, text TEXT, statements BLOB, always TEXT, unread INTEGER) WITHOUT ROWID;
CREATE TABLE managed (arn TEXT PRIMARY KEY, sha256 TEXT) WITHOUT ROWID;
CREATE TABLE resource_policy (arn TEXT PRIMARY KEY, owner TEXT, sha256 TEXT, settings TEXT) WITHOUT ROWID;
CREATE TABLE naming (principal TEXT, arn TEXT, PRIMARY KEY (principal, arn)) WITHOUT ROWID;
CREATE TABLE sources (id INTEGER PRIMARY KEY, value TEXT);
CREATE TABLE held (id INTEGER PRIMARY KEY, statements BLOB, always TEXT, unread INTEGER);
CREATE TABLE raw (arn TEXT, type TEXT, account TEXT, name TEXT, held INTEGER, sources INTEGER, boundary TEXT, trust TEXT,
    tags TEXT, groups TEXT);
CREATE TABLE user_group (arn TEXT PRIMARY KEY, account TEXT, name TEXT, sources TEXT) WITHOUT ROWID;
CREATE TABLE statement (id INTEGER PRIMARY KEY, effect TEXT, text TEXT, holders BLOB);
CREATE TABLE always (effect TEXT, beginning TEXT, pattern TEXT, holders BLOB,
    PRIMARY KEY (effect, beginning, pattern)) WITHOUT ROWID;
CREATE TABLE by_action (beginning TEXT, pattern TEXT, statements BLOB, PRIMARY KEY (beginning, pattern)) WITHOUT ROWID;
CREATE TABLE by_resource (key TEXT PRIMARY KEY, statements BLOB) WITHOUT ROWID;
CREATE TABLE boundary (sha256 TEXT PRIMARY KEY, holders BLOB) WITHOUT ROWID;
CREATE TABLE control (type TEXT, documents TEXT, holders BLOB, PRIMARY KEY (type, documents)) WITHOUT ROWID;
CREATE TABLE tag (key TEXT, value TEXT, holders BLOB, PRIMARY KEY (key, value)) WITHOUT ROWID;
CREATE TABLE named (name TEXT PRIMARY KEY, numbers BLOB) WITHOUT ROWID;
"""
IDENTITIES = """
CREATE TABLE identity (id INTEGER PRIMARY KEY, arn TEXT, type TEXT, account TEXT, name TEXT, held INTEGER,
    sources INTEGER, boundary TEXT, trust TEXT, tags TEXT, groups TEXT);
INSERT INTO identity SELECT row_number() OVER (ORDER BY account, arn) - 1, * FROM raw ORDER BY account, arn;
DROP TABLE raw;
CREATE UNIQUE INDEX identity_arn ON identity (arn);
CREATE INDEX identity_name ON identity (name);
"""
