"""The first exchange on a connection: password, user, name, database, TLS, versions."""

import asyncio
import shutil
import subprocess
from pathlib import Path

import pytest

from fiblab.redis import Address, Connection, Refused, Tls, Unavailable

from .conftest import StartServer, connected, crash, unix_address
from .server import RedisServer

PASSWORD = "p@ss/w#rd?"  # noqa: S105 - of a server that lives for one test


def login(server: RedisServer, username: str | None, password: str | None) -> Address:
    """Name the server and the credentials."""
    return Address(unix_path=str(server.socket), username=username, password=password)


async def test_connection_is_named_and_uses_its_database(server: RedisServer) -> None:
    """CLIENT LIST shows the connection's name, and its keys live in the database of its URL."""
    url = f"unix://{server.socket}?db=3"
    async with connected(Address.parse(url)) as connection:
        info = await connection.execute("CLIENT", "INFO")
    assert isinstance(info, bytes)
    assert b" name=test " in info
    assert b" db=3 " in info


async def test_database_and_name_survive_a_reconnect(server: RedisServer) -> None:
    """The connection that replaces a lost one is logged in the same way."""
    async with connected(Address(unix_path=str(server.socket), database=3)) as connection:
        await crash(server, connection)
        server.start()
        await connection.wait_connected(30.0)
        info = await connection.execute("CLIENT", "INFO")
    assert isinstance(info, bytes)
    assert b" name=test " in info
    assert b" db=3 " in info


async def test_default_user_logs_in_by_password(start_server: StartServer) -> None:
    """A password without a user is the default user's, as `requirepass` sets it."""
    server = start_server("--requirepass", PASSWORD)
    async with connected(login(server, None, PASSWORD)) as connection:
        assert await connection.execute("ACL", "WHOAMI") == b"default"


async def test_named_user_logs_in(server: RedisServer) -> None:
    """User and password of an access control list are both used."""
    async with connected(unix_address(server.socket)) as admin:
        await admin.execute("ACL", "SETUSER", "ann", "on", f">{PASSWORD}", "+@all")
    async with connected(login(server, "ann", PASSWORD)) as connection:
        assert await connection.execute("ACL", "WHOAMI") == b"ann"


@pytest.mark.parametrize("given", [None, "wr0ng-secret"], ids=["no password", "wrong password"])
async def test_refused_login_says_what_to_do(start_server: StartServer, given: str | None) -> None:
    """A missing or wrong password is Refused, with advice and without the password."""
    server = start_server("--requirepass", PASSWORD)
    with pytest.raises(Refused, match="check user and password in the Redis URL") as caught:
        await Connection(login(server, None, given), name="test").connect()
    assert "wr0ng-secret" not in repr(caught.value)


async def test_refused_login_leaves_nothing_behind(start_server: StartServer) -> None:
    """After a refused login no connection stays open, and nothing tries again by itself."""
    server = start_server("--requirepass", PASSWORD)
    with pytest.raises(Refused):
        await Connection(login(server, None, None), name="test").connect()
    assert asyncio.all_tasks() == {asyncio.current_task()}
    async with connected(login(server, None, PASSWORD)) as connection:
        clients = await connection.execute("CLIENT", "LIST")
    assert isinstance(clients, bytes)
    assert len(clients.splitlines()) == 1


async def test_unknown_database_is_refused(server: RedisServer) -> None:
    """A database that the server does not have is Refused, with advice."""
    address = Address(unix_path=str(server.socket), database=99)
    with pytest.raises(Refused, match="no such database"):
        await Connection(address, name="test").connect()


async def test_full_server_is_unavailable(start_server: StartServer) -> None:
    """A server with too many clients may have room later: Unavailable, in its own words."""
    server = start_server("--maxclients", "1")
    async with connected(unix_address(server.socket)):
        with pytest.raises(Unavailable, match="max number of clients") as caught:
            await Connection(unix_address(server.socket), name="test").connect()
    assert not isinstance(caught.value, Refused)


async def connect_for_ever(address: Address) -> None:
    """Connect again and again, until it fails."""
    while True:
        probe = Connection(address, name="probe")
        await probe.connect()
        await probe.close()


async def test_loading_server_is_not_ready(server: RedisServer) -> None:
    """A server whose script blocks everyone (as one that still loads) counts as not ready."""
    address = unix_address(server.socket)
    async with connected(address, reply_timeout=60.0) as connection:
        await connection.execute("CONFIG", "SET", "busy-reply-threshold", 1)
        endless = connection.execute("EVAL", "while true do end", 0)
        with pytest.raises(Unavailable, match="not ready: BUSY"):
            await connect_for_ever(address)
        endless.cancel()


@pytest.fixture
def certificate(tmp_path: Path) -> tuple[Path, Path]:
    """Make a certificate for `localhost` that is its own authority: (certificate, key)."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("needs openssl on PATH to make a certificate")
    certificate, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    options = ["-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=localhost"]
    files = [
        "-addext",
        "subjectAltName=DNS:localhost",
        "-keyout",
        str(key),
        "-out",
        str(certificate),
    ]
    subprocess.run([openssl, "req", *options, *files], check=True, capture_output=True)
    return certificate, key


@pytest.fixture
def tls_port(
    start_server: StartServer, certificate: tuple[Path, Path], unused_tcp_port: int
) -> int:
    """Start a server that speaks TLS on this port."""
    cert, key = (str(path) for path in certificate)
    options = ["--tls-cert-file", cert, "--tls-key-file", key, "--tls-auth-clients", "no"]
    start_server("--tls-port", str(unused_tcp_port), "--bind", "127.0.0.1", *options)
    return unused_tcp_port


async def test_tls_with_the_authority_named_in_the_url(
    tls_port: int, certificate: tuple[Path, Path]
) -> None:
    """rediss:// with ssl_ca_certs encrypts, and trusts that authority."""
    url = f"rediss://localhost:{tls_port}/0?ssl_ca_certs={certificate[0]}"
    async with connected(Address.parse(url)) as connection:
        assert await connection.execute("PING") == b"PONG"


async def test_tls_with_an_unknown_authority_is_refused(tls_port: int) -> None:
    """A certificate of an authority that nobody named is Refused, with advice."""
    address = Address(host="localhost", port=tls_port, tls=Tls())
    with pytest.raises(Refused, match="ssl_ca_certs"):
        await Connection(address, name="test").connect()


async def test_tls_checks_the_host_name(tls_port: int, certificate: tuple[Path, Path]) -> None:
    """A trusted certificate for another host name is Refused."""
    address = Address(host="127.0.0.1", port=tls_port, tls=Tls(str(certificate[0])))
    with pytest.raises(Refused, match="not trusted"):
        await Connection(address, name="test").connect()


async def test_missing_authority_file_is_refused(tmp_path: Path) -> None:
    """A CA file that is not there is named, with what to change."""
    address = Address(host="localhost", tls=Tls(str(tmp_path / "absent.pem")))
    with pytest.raises(Refused, match=r"absent\.pem.*ssl_ca_certs"):
        await Connection(address, name="test").connect()
