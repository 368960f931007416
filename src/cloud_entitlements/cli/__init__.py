"""The terminal: `ciem`. One file a command group; each calls the same commands as page and API.

Data goes to stdout, everything else to stderr. Groups load when they are used, so `ciem --help` is quick.
Imports every room.
"""
