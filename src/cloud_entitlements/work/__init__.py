"""The durable ledger of work and the runner that empties it.

Owns three tables: runs, their items, and named leases. A `subject` is a string (a connection's id); what an
item does is handed in as a function by kind, so this room knows nothing of AWS or of connections.
Items are claimed by one UPDATE under a lease: whoever dies leaves a lease that runs out, and somebody else
takes the item over. At most one run of a subject is under way and one more waits behind it; the database
itself sees to that. Works on SQLite and PostgreSQL alike. Imports Django alone; `server` and `cli` import it.
"""
