"""Host headers: exact names, and loopback's own where a server listens there."""

import pytest

from fiblab.server.allowed_hosts import AllowedHosts


@pytest.mark.parametrize("listens_on", ["127.0.0.1", "127.0.0.53", "::1", "localhost"])
def test_loopback_answers_to_its_names(listens_on: str) -> None:
    """A server that only this machine reaches answers to this machine's names, with any port."""
    hosts = AllowedHosts((), listens_on)
    for host in (b"localhost", b"localhost:8000", b"127.0.0.1:1", b"[::1]", b"[::1]:80"):
        assert hosts.answers_to(host)
    for host in (b"", b"evil.example", b"localhost.evil.example", b"127.0.0.2", b"::1", b"[::1"):
        assert not hosts.answers_to(host)


@pytest.mark.parametrize("listens_on", ["0.0.0.0", "::", "10.0.0.7", "lab.example"])  # noqa: S104 - read only
def test_elsewhere_any_name_will_do(listens_on: str) -> None:
    """A server that others reach is called by names that it cannot know; what is none is none."""
    hosts = AllowedHosts((), listens_on)
    for host in (b"anything.example", b"my_server:8000", b"10.0.0.7", b"[2001:DB8::1]:1"):
        assert hosts.answers_to(host)
    for host in (b"", b"a, b", b"a@b", b"a/b", b"a:", b"a:123456", b"2001:db8::1", b"a b"):
        assert not hosts.answers_to(host)


@pytest.mark.parametrize("listens_on", ["127.0.0.1", "0.0.0.0"])  # noqa: S104 - read only
def test_named_hosts_alone(listens_on: str) -> None:
    """Given names are answered in any case and with any port, and nothing beside them."""
    hosts = AllowedHosts(("Lab.Example",), listens_on)
    assert hosts.answers_to(b"lab.EXAMPLE:443")
    for host in (
        b"localhost",
        b"a.lab.example",
        b"lab.example.",
        b"lab.example:",
        b"lab.example:x",
    ):
        assert not hosts.answers_to(host)
