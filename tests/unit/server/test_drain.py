"""Draining: who holds something is told at once."""

from fiblab.server.drain import Drain


def test_holders_are_told_once_when_it_begins() -> None:
    """However often the server is told to stop."""
    told = []
    drain = Drain()
    drain.on_begin(lambda: told.append("first"))
    drain.on_begin(lambda: told.append("second"))
    assert told == []

    drain.begin()
    drain.begin()
    assert told == ["first", "second"]
