"""The HTTP API, and the page beside it.

`app.build_app` makes the ASGI application of given parts, `run.serve` runs it until SIGTERM.
A request passes `layer` (what every answer has in common), `routing`, one handler under `api/`,
and, where it cannot be granted, `problems`.
"""
