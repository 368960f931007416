"""State, sign-in, pages and API, in Django. Apps by what people do: connections, access, people.

Owns the database (what changes) and the read models that lists are made of; facts are read from snapshots.
What page, terminal and API do is written once, as plain functions in `<app>/commands.py`.
Imports every room below it; only `cli` imports it.
"""
