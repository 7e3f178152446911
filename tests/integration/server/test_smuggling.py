"""Request smuggling: what two readers could end at different places is refused, and ends all.

Behind each of these comes a good request. It must not be answered: to a proxy that reads the first
one otherwise it would be part of a body.
"""

import pytest

from .conftest import RunningServer
from .raw_http import RawAnswer, exchange, request

ADDRESS = "/api/v1/fibonacci"
BODY = b'{"from":0,"to":5}'
CHUNKED = b"11\r\n" + BODY + b"\r\n0\r\n\r\n"
GOOD = request("POST", f"{ADDRESS}/7")
LAST = request("GET", "/livez", {"Connection": "close"})


def post(headers: bytes, body: bytes, version: bytes = b"1.1") -> bytes:
    """Write a request for a range, with these lines of headers."""
    line = f"POST {ADDRESS}/ranges HTTP/".encode() + version
    known = b"Host: localhost\r\nContent-Type: application/json"
    return b"\r\n".join([line, known, headers, b"", body])


def get(line: bytes, headers: bytes = b"") -> bytes:
    """Write a request with this first line."""
    return line + b"\r\nHost: localhost\r\n" + headers + b"\r\n"


TE = b"Transfer-Encoding: "
CL = b"Content-Length: "

LENGTHS = {
    "CL.TE": post(CL + b"6\r\n" + TE + b"chunked", b"0\r\n\r\nG"),
    "TE.CL": post(TE + b"chunked\r\n" + CL + b"4", CHUNKED),
    "TE empty, and CL": post(TE + b"\r\n" + CL + b"17", BODY),
    "CL twice, the same": post(CL + b"17\r\n" + CL + b"17", BODY),
    "CL twice": post(CL + b"17\r\n" + CL + b"3", BODY),
    "CL as a list": post(CL + b"17, 17", BODY),
    "CL negative": post(CL + b"-17", BODY),
    "CL with plus": post(CL + b"+17", BODY),
    "CL hexadecimal": post(CL + b"0x11", BODY),
    "CL beyond 64 bits": post(CL + b"18446744073709551616", BODY),
    "CL empty": post(CL, BODY),
    "CL in two words": post(CL + b"1 7", BODY),
    "CL in Arabic digits": post(CL + "\N{ARABIC-INDIC DIGIT ONE}7".encode(), BODY),
    "CL behind a vertical tab": post(CL + b"\x0b17", BODY),
    "CL with NUL": post(CL + b"17\0", BODY),
    "CL folded": post(b"Content-Length:\r\n 17", BODY),
    "CL with space before the colon": post(b"Content-Length : 17", BODY),
    "CL in front of the headers": b"GET /livez HTTP/1.1\r\n Content-Length: 5\r\n" + get(b"X: y"),
}
CODINGS = {
    "TE unknown": post(TE + b"xchunked", CHUNKED),
    "TE identity": post(TE + b"identity", CHUNKED),
    "TE gzip and chunked": post(TE + b"gzip, chunked", CHUNKED),
    "TE chunked and identity": post(TE + b"chunked, identity", CHUNKED),
    "TE chunked twice": post(TE + b"chunked, chunked", CHUNKED),
    "TE twice": post(TE + b"chunked\r\n" + TE + b"identity", CHUNKED),
    "TE twice, the same": post(TE + b"chunked\r\n" + TE + b"chunked", CHUNKED),
    "TE with an empty item": post(TE + b",chunked", CHUNKED),
    "TE quoted": post(TE + b'"chunked"', CHUNKED),
    "TE behind a vertical tab": post(TE + b"\x0bchunked", CHUNKED),
    "TE with a control character": post(TE + b"chunked\x01", CHUNKED),
    "TE folded": post(b"Transfer-Encoding:\r\n chunked", CHUNKED),
    "TE folded into another": post(b"X: y\r\n Transfer-Encoding: chunked\r\n" + CL + b"17", BODY),
    "TE with space before the colon": post(b"Transfer-Encoding : chunked", CHUNKED),
    "TE in HTTP/1.0": post(TE + b"chunked", CHUNKED, version=b"1.0"),
}
CHUNKS = {
    "chunk of negative size": b"-11\r\n" + BODY + b"\r\n0\r\n\r\n",
    "chunk size with 0x": b"0x11\r\n" + BODY + b"\r\n0\r\n\r\n",
    "chunk size beyond 64 bits": b"FFFFFFFFFFFFFFFFF\r\n" + BODY,
    "chunk size with a space": b"11 \r\n" + BODY + b"\r\n0\r\n\r\n",
    "chunk size missing": b"\r\n" + BODY + b"\r\n0\r\n\r\n",
    "chunk size ended by LF": b"11\n" + BODY + b"\r\n0\r\n\r\n",
    "chunk shorter than it says": b"12\r\n" + BODY + b"\r\n0\r\n\r\n",
    "chunk longer than it says": b"10\r\n" + BODY + b"\r\n0\r\n\r\n",
    "chunk ended by nothing": b"11\r\n" + BODY + b"0\r\n\r\n",
    "chunk ended by LF": b"11\r\n" + BODY + b"\n0\r\n\r\n",
    "chunk extension with LF": b"11;a\nb\r\n" + BODY + b"\r\n0\r\n\r\n",
    "trailer with a length": b"11\r\n" + BODY + b"\r\n0\r\nContent-Length: 5\r\n\r\n",
}
HEADS = {
    "lines ended by LF": b"GET /livez HTTP/1.1\nHost: localhost\n\n",
    "one line ended by LF": b"GET /livez HTTP/1.1\r\nHost: localhost\nX: y\r\n\r\n",
    "head ended by LF": b"GET /livez HTTP/1.1\r\nHost: localhost\r\n\n",
    "lines ended by CR": b"GET /livez HTTP/1.1\rHost: localhost\r\r",
    "folded header": get(b"GET /livez HTTP/1.1", b"X: a\r\n b\r\n"),
    "header folded by a tab": get(b"GET /livez HTTP/1.1", b"X: a\r\n\tb\r\n"),
    "folded Host": b"GET /livez HTTP/1.1\r\nHost: localhost\r\n .evil.example\r\n\r\n",
    "space before the colon": get(b"GET /livez HTTP/1.1", b"X : a\r\n"),
    "no colon": get(b"GET /livez HTTP/1.1", b"X\r\n"),
    "no name": get(b"GET /livez HTTP/1.1", b": a\r\n"),
    "NUL in a value": get(b"GET /livez HTTP/1.1", b"X: a\0b\r\n"),
    "NUL in a name": get(b"GET /livez HTTP/1.1", b"X\0Y: a\r\n"),
    "NUL in the target": get(b"GET /livez\0 HTTP/1.1"),
    "tabs in the first line": get(b"GET\t/livez\tHTTP/1.1"),
    "HTTP/0.9, plainly": b"GET /livez\r\n\r\n",
    "HTTP/0.9": get(b"GET /livez HTTP/0.9"),
    "HTTP/1.2": get(b"GET /livez HTTP/1.2"),
    "HTTP/1.10": get(b"GET /livez HTTP/1.10"),
    "HTTP/2.0": get(b"GET /livez HTTP/2.0"),
    "HTTP/2, with its preface": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes(9),
    "unknown method": get(b"SMUGGLE /livez HTTP/1.1"),
    "method in lower case": get(b"get /livez HTTP/1.1"),
    "CONNECT": get(b"CONNECT evil.example:443 HTTP/1.1"),
    "CONNECT to a path": get(b"CONNECT /livez HTTP/1.1"),
    "target of no path": get(b"GET ?x HTTP/1.1"),
    "target of a host only": get(b"GET http://localhost HTTP/1.1"),
    "target of another scheme": get(b"GET ftp://localhost/livez HTTP/1.1"),
    "target with a fragment": get(b"GET /livez#x HTTP/1.1"),
    "target *": get(b"GET * HTTP/1.1"),
    "upgrade with a body": get(
        b"POST /livez HTTP/1.1",
        b"Connection: upgrade\r\nUpgrade: h2c\r\n" + CL + str(len(GOOD)).encode() + b"\r\n",
    ),
}
AMBIGUOUS = {
    **LENGTHS,
    **CODINGS,
    **{name: post(TE + b"chunked", body) for name, body in CHUNKS.items()},
    **HEADS,
}


async def assert_no_effect(server: RunningServer) -> None:
    """Nothing was counted, nothing was queued."""
    assert await server.rows() == []
    assert await server.waiting_jobs() == 0


@pytest.mark.parametrize("sent", AMBIGUOUS.values(), ids=AMBIGUOUS)
async def test_ambiguous_request(server: RunningServer, sent: bytes) -> None:
    """It is refused, and what follows on its connection is not answered."""
    (answer,) = await exchange(server.port, sent, GOOD)
    assert (answer.status, answer.problem) == (400, "malformed-request")
    assert answer.headers["connection"] == "close"
    await assert_no_effect(server)


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (post(CL + b"18446744073709551615", BODY), 413),
        (get(b"GET /" + b"a" * 9_000 + b" HTTP/1.1"), 414),
        (get(b"GET /" + b"a" * 70_000 + b" HTTP/1.1"), 414),
        (get(b"GET /livez HTTP/1.1", b"a:\r\n" * 101), 431),
        (get(b"GET http://evil.example/openapi.json HTTP/1.1"), 421),
        (get(b"GET http://localhost@evil.example/openapi.json HTTP/1.1"), 421),
    ],
    ids=["length", "target", "httptools' limit", "headers", "foreign target", "target with user"],
)
async def test_what_is_too_much_or_meant_for_others(
    server: RunningServer, sent: bytes, status: int
) -> None:
    """A request that is clear and not taken ends its connection, too."""
    (answer,) = await exchange(server.port, sent, GOOD)
    assert answer.status == status
    assert answer.problem
    await assert_no_effect(server)


async def statuses(server: RunningServer, *sent: bytes) -> list[int]:
    """Send all at once and tell how each was answered."""
    answers: list[RawAnswer] = await exchange(server.port, *sent, LAST)
    return [answer.status for answer in answers]


@pytest.mark.parametrize(
    "sent",
    [
        post(b"Transfer-Encoding:\tChUnKeD", CHUNKED),
        post(TE + b"chunked", b"11;a=b\r\n" + BODY + b"\r\n0\r\n\r\n"),
        post(TE + b"chunked", b"00000000000000000000000011\r\n" + BODY + b"\r\n0\r\n\r\n"),
        post(TE + b"chunked", b"11\r\n" + BODY + b"\r\n0\r\nX: y\r\n\r\n"),
        post(CL + b"0017 ", BODY),
        post(CL + b"17\r\nConnection: content-length", BODY),
        b"\r\n\r\n" + post(CL + b"17", BODY),
        post(CL + b"17", BODY).replace(b" /api", b" HTTP://localhost/api"),
        post(CL + b"17", BODY).replace(b"POST", b"POST ", 1),
    ],
    ids=["case", "extension", "zeros", "trailer", "0017", "hop", "empty lines", "http://", "space"],
)
async def test_unusual_and_clear(server: RunningServer, sent: bytes) -> None:
    """What is seldom written and can mean one thing only ends where it should."""
    assert await statuses(server, sent, GOOD) == [202, 202, 200]
    assert sorted(index for _, index in await server.rows()) == [0, 1, 2, 3, 4, 5, 7]


async def test_upgrade_on_the_way(server: RunningServer) -> None:
    """A wish to upgrade is passed over, and what was sent behind it is answered."""
    wish = get(b"GET /livez HTTP/1.1", b"Connection: upgrade\r\nUpgrade: websocket\r\n")
    assert await statuses(server, wish, wish, GOOD) == [200, 200, 202, 200]


async def test_trailers_count_for_nothing(server: RunningServer) -> None:
    """A header that comes behind a body is not taken for one that came before it."""
    trailers = b"Idempotency-Key: late\r\nHost: evil.example\r\n\r\n"
    sent = post(TE + b"chunked", CHUNKED.removesuffix(b"\r\n") + trailers)
    assert await statuses(server, sent) == [202, 200]
    assert not [key for key, _ in await server.rows() if "late" in key]


async def test_bad_body_that_nobody_reads(server: RunningServer) -> None:
    """A request that needs no body is answered by what it is, once, and ends its connection."""
    sent = request("POST", f"{ADDRESS}/5", {"Transfer-Encoding": "chunked"}, b"") + b"nonsense\r\n"
    (answer,) = await exchange(server.port, sent, GOOD)
    assert (answer.status, answer.headers["connection"]) == (202, "close")
    assert [index for _, index in await server.rows()] == [5]


async def test_body_cut_short(server: RunningServer) -> None:
    """A body whose client stops sending before the announced end is no request, good or not."""
    sent = post(CL + b"18", BODY)
    assert await exchange(server.port, sent, half_close=True) == []
    await assert_no_effect(server)
