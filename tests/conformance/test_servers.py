"""The conformance tests mean nothing if they ran nowhere."""

from fiblab.embedded import find_servers

from .conftest import SERVERS


def test_at_least_one_server_is_found() -> None:
    """Without any, every other test would be skipped and the suite still be green."""
    assert {server.source for server in find_servers()} & set(SERVERS.values())
