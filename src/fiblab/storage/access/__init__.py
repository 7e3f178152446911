"""Who may do what in the stores: each service as a user of its own, with what it needs and no more.

`privileges` is the list, `postgres_roles` and `redis_users` carry it out. Imported by name, like
`fiblab.storage.migrate`: only the command line needs it, and psycopg with it.
"""
