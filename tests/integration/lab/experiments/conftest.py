"""Stores that all experiments share: each arm empties them before it begins."""

from collections.abc import Iterator

import pytest

from fiblab.lab.stage.stores import Stores, own_stores


@pytest.fixture(scope="session")
def stage_stores() -> Iterator[Stores]:
    """Start stores that write everything down, as experiments kill them."""
    with own_stores(print) as stores:
        yield stores
