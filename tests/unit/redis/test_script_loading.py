"""Lua sources put together from package data."""

import hashlib
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from fiblab.redis import load_script

Write = Callable[[str, str, str], None]


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Write]:
    """Write `<package>/lua/<path>` into a package that can be imported during this test."""
    monkeypatch.syspath_prepend(tmp_path)

    def write_lua(package: str, path: str, source: str) -> None:
        file = tmp_path / package / "lua" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / package / "__init__.py").touch()
        file.write_text(source, encoding="utf-8")

    yield write_lua
    load_script.cache_clear()
    for package in ("shop", "till"):
        sys.modules.pop(package, None)


def test_source_begins_with_its_name(write: Write) -> None:
    """The first line names package and script, for Redis's own logs; the rest is the file."""
    write("shop", "sell.lua", "return 1\n")
    script = load_script("shop", "sell")
    assert script.name == "sell"
    assert script.source == "-- shop:sell\nreturn 1\n"


def test_sha_is_the_one_redis_computes(write: Write) -> None:
    """The SHA-1 is that of the whole source in UTF-8."""
    write("shop", "sell.lua", "return 'ü'\n")
    script = load_script("shop", "sell")
    assert script.sha == hashlib.sha1(script.source.encode(), usedforsecurity=False).hexdigest()


def test_script_is_loaded_once(write: Write) -> None:
    """The same names give the same object, without a second look at the disk."""
    write("shop", "sell.lua", "return 1\n")
    first = load_script("shop", "sell")
    write("shop", "sell.lua", "return 2\n")
    assert load_script("shop", "sell") is first


def test_part_replaces_its_include_line(write: Write) -> None:
    """A part of the own package is pasted where it is named."""
    write("shop", "parts/price.lua", "local price = 3\n\n")
    write("shop", "sell.lua", "local a = 1\n--@include price\nreturn price\n")
    assert load_script("shop", "sell").source == (
        "-- shop:sell\nlocal a = 1\n-- part shop:price\nlocal price = 3\nreturn price\n"
    )


def test_part_comes_from_another_package(write: Write) -> None:
    """`package:part` pastes from that package, whose own includes are looked up there."""
    write("shop", "parts/price.lua", "--@include tax\nlocal price = 3\n")
    write("shop", "parts/tax.lua", "local tax = 1\n")
    write("till", "pay.lua", "--@include shop:price\nreturn price\n")
    assert load_script("till", "pay").source == (
        "-- till:pay\n-- part shop:price\n-- part shop:tax\nlocal tax = 1\nlocal price = 3\n"
        "return price\n"
    )


def test_each_part_is_pasted_once(write: Write) -> None:
    """A part named twice, by any way, even in a circle, is there once."""
    write("shop", "parts/price.lua", "--@include tax\nlocal price = 3\n")
    write("shop", "parts/tax.lua", "--@include price\nlocal tax = 1\n")
    write("shop", "sell.lua", "--@include tax\n--@include shop:price\n--@include tax\nreturn 1\n")
    source = load_script("shop", "sell").source
    assert source.count("local price = 3") == 1
    assert source.count("local tax = 1") == 1


@pytest.mark.parametrize(
    "line", ["--@include", "--@include a b", "--@include ../secret", "--@includeme"]
)
def test_malformed_include_is_an_error(write: Write, line: str) -> None:
    """An include line that cannot be read is an error, not a comment that is passed over."""
    write("shop", "sell.lua", f"{line}\n")
    with pytest.raises(ValueError, match="write --@include part"):
        load_script("shop", "sell")


def test_missing_part_is_named(write: Write) -> None:
    """A part that is not there is named with its package."""
    write("shop", "sell.lua", "--@include price\n")
    with pytest.raises(FileNotFoundError, match=r"package shop has no lua/parts/price\.lua"):
        load_script("shop", "sell")
