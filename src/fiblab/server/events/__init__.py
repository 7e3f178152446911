"""Server-sent events: one reader of Redis, any number of listeners, none held up by another.

stream in Redis -> feed, the one reader -> the same bytes for each listener -> its connection
"""
