"""Ports on this machine: a free one, or who has taken the one that is wanted."""

import errno
import socket

import psutil

from .errors import PortBusyError


def free_port(host: str = "127.0.0.1") -> int:
    """Return a port that was free a moment ago; somebody may take it before it is used."""
    with _listener(host, 0) as listener:
        return int(listener.getsockname()[1])


def require_free(host: str, port: int) -> None:
    """Raise PortBusyError, naming who listens and what to do, unless the port can be had."""
    try:
        _listener(host, port).close()
    except socket.gaierror as error:
        raise PortBusyError(f"{host!r} is no address of this machine: {error}") from error
    except PermissionError as error:
        raise PortBusyError(f"port {port} needs root: choose one from 1024 with --port") from error
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise PortBusyError(f"cannot listen on {host}, port {port}: {error}") from error
        raise PortBusyError(
            f"port {port} is taken by {_listening(port)}: end that, or choose another with "
            f"--port {port + 1} (--port 0: any free one)"
        ) from error


def _listener(host: str, port: int) -> socket.socket:
    family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    listener = socket.socket(family, kind, protocol)
    try:
        # As servers do: connections of an ended server that linger on the port are no obstacle.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen()
    except OSError:
        listener.close()
        raise
    return listener


def _listening(port: int) -> str:
    try:
        for connection in psutil.net_connections(kind="tcp"):
            listens = connection.status == psutil.CONN_LISTEN and connection.laddr
            if listens and listens.port == port:
                process = psutil.Process(connection.pid) if connection.pid else None
                return f"{process.name()} (pid {process.pid})" if process else "another user"
    except psutil.Error:  # macOS shows other users' connections to root only
        pass
    return "another program"
