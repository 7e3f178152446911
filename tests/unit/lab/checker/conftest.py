"""A clean scene for each test to spoil."""

from pathlib import Path

import pytest

from .scene import Scene, clean_scene


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    """Give a run in which every invariant holds."""
    return clean_scene(tmp_path)
