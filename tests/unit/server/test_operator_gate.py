"""The gate in front of an operator's calls, one condition at a time."""

import pytest

from fiblab.server.deadlines import Deadline, Deadlines
from fiblab.server.exchange import Exchange
from fiblab.server.operator_gate import FORWARDING_HEADERS, OperatorGate
from fiblab.server.problems import OPERATOR_ONLY, UNAUTHORIZED, Refusal

TOKEN = "correct-horse-battery-staple"  # noqa: S105 - made up for these tests


def call(peer: str | None = "127.0.0.1", **headers: str) -> Exchange:
    """Make a call from the machine itself, with some headers changed; `_` stands for a hyphen."""
    sent = {
        name.replace("_", "-").encode(): value.encode()
        for name, value in {"host": "localhost:8000", **headers}.items()
    }
    return Exchange("POST", sent, "id", "", "client", Deadline(Deadlines(1)), peer=peer)


@pytest.mark.parametrize("peer", ["127.0.0.1", "127.0.0.53", "::1"])
@pytest.mark.parametrize("listens_on", ["127.0.0.1", "::1", "localhost"])
def test_at_the_machine(peer: str, listens_on: str) -> None:
    """A plain call on loopback passes where no token is configured."""
    OperatorGate("", listens_on).admit(call(peer))


@pytest.mark.parametrize(
    ("listens_on", "exchange", "reason"),
    [
        ("0.0.0.0", call(), "listens beyond loopback"),  # noqa: S104 - read only
        ("10.0.0.7", call(), "listens beyond loopback"),
        ("127.0.0.1", call("10.0.0.7"), "does not come from loopback"),
        ("127.0.0.1", call(None), "does not come from loopback"),
        ("127.0.0.1", call(host="lab.example"), "none of loopback's names"),
        ("127.0.0.1", call(host=""), "none of loopback's names"),
        ("127.0.0.1", call(origin="http://localhost:8001"), "another origin"),
        ("127.0.0.1", call(sec_fetch_site="same-site"), "another origin"),
        *(
            ("127.0.0.1", call(**{name.decode().replace("-", "_"): ""}), "through a proxy")
            for name in sorted(FORWARDING_HEADERS)
        ),
    ],
)
def test_not_at_the_machine(listens_on: str, exchange: Exchange, reason: str) -> None:
    """Any one sign that the caller is elsewhere is enough, and the answer names it."""
    with pytest.raises(Refusal, match=reason) as refused:
        OperatorGate("", listens_on).admit(exchange)
    assert refused.value.problem is OPERATOR_ONLY


def test_the_token_is_all_that_counts() -> None:
    """With a token configured it does not matter where the caller is; without it, neither."""
    gate = OperatorGate(TOKEN, "127.0.0.1")
    gate.admit(call("10.0.0.7", host="lab.example", authorization=f"Bearer {TOKEN}"))
    for exchange in (call(), call(authorization=f"Bearer {TOKEN}x")):
        with pytest.raises(Refusal) as refused:
            gate.admit(exchange)
        assert refused.value.problem is UNAUTHORIZED
        assert TOKEN not in refused.value.detail
