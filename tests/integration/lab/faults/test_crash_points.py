"""The table of crash points holds every script there is."""

from fiblab.lab.faults.crash_points import ON_NO_PATH, SCRIPTS, crash_points
from fiblab.lab.faults.redis_link import SCRIPT_PACKAGES, scripts_of


def test_every_script_is_a_crash_point_or_on_no_path() -> None:
    """A new Lua file must take its place: in a process's list, or among the exceptions."""
    scripts = {name for package in SCRIPT_PACKAGES for name in scripts_of(package)}
    listed = {name for names in SCRIPTS.values() for name in names if name != "SET"}
    assert scripts == listed | set(ON_NO_PATH)
    assert not listed & set(ON_NO_PATH)


def test_each_point_comes_before_and_after() -> None:
    """No name twice, and both moments of each."""
    names = [str(point) for point in crash_points()]
    assert len(set(names)) == len(names)
    assert sum(" before " in name for name in names) == len(names) / 2
