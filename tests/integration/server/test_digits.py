"""The whole number as text: in one piece, in ranges, compressed."""

import pytest

from .conftest import RunningServer, fibonacci

LARGE = 100_000
DIGITS = fibonacci(LARGE)
ADDRESS = f"/api/v1/fibonacci/{LARGE}/digits"


@pytest.mark.parametrize("index", [0, 40, 1_000, 47_000, LARGE])
async def test_whole_number(server: RunningServer, index: int) -> None:
    """Every digit, as plain text that caches may keep for ever."""
    await server.store(index)
    answer = await server.client.get(
        f"/api/v1/fibonacci/{index}/digits", headers={"Accept-Encoding": "identity"}
    )
    assert answer.status_code == 200
    assert answer.text == fibonacci(index)
    assert answer.headers["content-type"] == "text/plain; charset=us-ascii"
    assert answer.headers["content-length"] == str(len(answer.text))
    assert answer.headers["accept-ranges"] == "bytes"
    assert "immutable" in answer.headers["cache-control"]


async def test_large_number_stays_a_preview_when_remembered(server: RunningServer) -> None:
    """After its digits were read, and so remembered, JSON still carries the preview alone."""
    await server.store(LARGE)
    assert (await server.client.get(ADDRESS)).text == DIGITS
    answer = await server.client.get(f"/api/v1/fibonacci/{LARGE}")
    assert answer.json()["digits_url"] == ADDRESS
    assert "value" not in answer.json()


@pytest.mark.parametrize(
    ("asked", "part"),
    [
        ("bytes=0-0", slice(0, 1)),
        ("bytes=100-199", slice(100, 200)),
        ("bytes=20000-", slice(20_000, None)),
        ("bytes=-7", slice(-7, None)),
        ("bytes=0-99999999", slice(0, None)),
    ],
)
async def test_range(server: RunningServer, asked: str, part: slice) -> None:
    """One range of digits answers 206, never compressed, and says where it belongs."""
    await server.store(LARGE)
    answer = await server.client.get(ADDRESS, headers={"Range": asked})
    assert answer.status_code == 206
    assert answer.text == DIGITS[part]
    first = range(len(DIGITS))[part].start
    last = first + len(answer.text) - 1
    assert answer.headers["content-range"] == f"bytes {first}-{last}/{len(DIGITS)}"
    assert "content-encoding" not in answer.headers


async def test_parts_make_the_whole(server: RunningServer) -> None:
    """A download that is cut and resumed with If-Range is the number."""
    await server.store(LARGE)
    first = await server.client.get(ADDRESS, headers={"Range": "bytes=0-9999"})
    headers = {"Range": "bytes=10000-", "If-Range": first.headers["etag"]}
    rest = await server.client.get(ADDRESS, headers=headers)
    assert (rest.status_code, first.text + rest.text) == (206, DIGITS)
    headers["If-Range"] = '"something else"'
    assert (await server.client.get(ADDRESS, headers=headers)).status_code == 200


async def test_range_behind_the_end(server: RunningServer) -> None:
    """A range of nothing answers 416 and how many digits there are."""
    await server.store(LARGE)
    answer = await server.client.get(ADDRESS, headers={"Range": "bytes=20899-"})
    assert answer.status_code == 416
    assert answer.headers["content-range"] == "bytes */20899"


@pytest.mark.parametrize("coding", ["gzip", "zstd"])
async def test_compressed(server: RunningServer, coding: str) -> None:
    """The whole comes compressed where that is taken, under a tag of its own."""
    await server.store(LARGE)
    plain = await server.client.get(ADDRESS, headers={"Accept-Encoding": "identity"})
    answer = await server.client.get(ADDRESS, headers={"Accept-Encoding": coding})
    assert answer.text == DIGITS
    assert answer.headers["content-encoding"] == coding
    assert answer.num_bytes_downloaded < len(DIGITS)
    assert answer.headers["etag"] != plain.headers["etag"]


async def test_who_has_it_gets_304(server: RunningServer) -> None:
    """The ETag of the digits saves their way."""
    await server.store(LARGE)
    tag = (await server.client.get(ADDRESS)).headers["etag"]
    answer = await server.client.get(ADDRESS, headers={"If-None-Match": tag})
    assert (answer.status_code, answer.content) == (304, b"")


async def test_head(server: RunningServer) -> None:
    """HEAD tells the length without the digits being read."""
    await server.store(LARGE)
    answer = await server.client.head(ADDRESS)
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["content-length"] == str(len(DIGITS))


async def test_not_yet(server: RunningServer) -> None:
    """Digits that nobody asked for, are being calculated or were given up are told apart."""
    assert (await server.client.get(ADDRESS)).json()["type"] == "/problems/absent"
    await server.client.post(f"/api/v1/fibonacci/{LARGE}")
    answer = await server.client.get(ADDRESS)
    assert (answer.status_code, answer.json()["status"]) == (202, "calculating")
    await server.give_up("too hot")
    answer = await server.client.get(ADDRESS)
    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/given-up")
    assert "too hot" in answer.json()["detail"]


async def test_corrupt_digits_are_never_served(server: RunningServer) -> None:
    """Wrong digits in Redis are dropped, and calculated again."""
    await server.client.post(f"/api/v1/fibonacci/{LARGE}")
    await server.work()
    await server.store(LARGE, DIGITS[:-1] + "0")
    assert (await server.client.get(ADDRESS)).status_code == 202
    assert await server.work() == [LARGE]
    assert (await server.client.get(ADDRESS)).text == DIGITS
