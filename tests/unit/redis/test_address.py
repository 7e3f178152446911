"""Redis URLs: what they say, and that no error or log line shows a password."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fiblab.redis import Address, Tls

SECRET = "hunter2"  # noqa: S105 - what must not be seen
AT_SECRET = "hunter@"  # noqa: S105 - one that a URL must percent-encode


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("redis://", Address()),
        ("redis://cache", Address(host="cache")),
        ("redis://cache:7000/5", Address(host="cache", port=7000, database=5)),
        ("redis://cache?db=5", Address(host="cache", database=5)),
        ("redis://[::1]:7000", Address(host="::1", port=7000)),
        ("redis://:hunter%40@cache", Address(host="cache", password=AT_SECRET)),
        ("redis://ann:hunter2@cache", Address(host="cache", username="ann", password=SECRET)),
        ("rediss://cache", Address(host="cache", tls=Tls())),
        ("rediss://cache/?ssl_ca_certs=/ca.pem", Address(host="cache", tls=Tls("/ca.pem"))),
        ("unix:///run/redis.sock?db=2", Address(unix_path="/run/redis.sock", database=2)),
        ("unix://:hunter2@/r.sock", Address(unix_path="/r.sock", password=SECRET)),
    ],
)
def test_url_is_understood(url: str, address: Address) -> None:
    """Each form of a Redis URL gives its address."""
    assert Address.parse(url) == address


@pytest.mark.parametrize(
    ("url", "advice"),
    [
        (f"http://:{SECRET}@cache", "redis://"),
        (f"redis://:{SECRET}/x@cache:6379", "%2F"),
        (f"redis://:{SECRET}#x@cache", "%23"),
        (f"redis://:{SECRET}?x@cache", "%3F"),
        (f"redis://:{SECRET}@[cache", "brackets"),
        (f"redis://:{SECRET}@cache:99999", "65535"),
        (f"redis://:{SECRET}@cache/one", "database"),
        (f"redis://:{SECRET}@cache/²", "database"),
        (f"redis://:{SECRET}@cache?ssl_ca_certs=x", "unknown query parameter"),
        (f"unix://:{SECRET}@run/redis.sock", "three slashes"),
        (f"unix://:{SECRET}@", "three slashes"),
    ],
)
def test_wrong_url_says_what_to_do(url: str, advice: str) -> None:
    """A URL that cannot be read raises ValueError with advice, never with the password."""
    with pytest.raises(ValueError, match=advice) as caught:
        Address.parse(url)
    assert SECRET not in str(caught.value)
    assert caught.value.__suppress_context__ or caught.value.__context__ is None


@given(tail=st.text(max_size=20))
def test_password_never_shows(tail: str) -> None:
    """Whatever follows a password in a URL, neither the error nor the address shows it."""
    try:
        address = Address.parse(f"redis://:{SECRET}{tail}@cache")
    except ValueError as error:
        assert SECRET not in str(error)  # noqa: PT017 - most of the texts parse
    else:
        assert SECRET not in repr(address)
        assert SECRET not in str(address)


@pytest.mark.parametrize(
    "text",
    [
        "redis://cache:7000/5",
        "redis://[::1]:7000/0",
        "rediss://cache:6379/0",
        "unix:///r.sock?db=2",
    ],
)
def test_address_in_words_is_its_url(text: str) -> None:
    """An address without credentials is shown as the URL that gave it."""
    assert str(Address.parse(text)) == text
