"""The launcher makes what a command needs, once, and says what to do where it cannot."""

import os
import runpy
import sys
from collections.abc import Callable
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def launcher() -> ModuleType:
    """Import `./fiblab`, which has no suffix, with its folder on the path as when it runs."""
    sys.path.insert(0, str(ROOT))
    loader = SourceFileLoader("fiblab_launcher", str(ROOT / "fiblab"))
    spec = spec_from_loader(loader.name, loader)
    assert spec is not None
    module = module_from_spec(spec)
    loader.exec_module(module)
    sys.path.remove(str(ROOT))
    return module


@pytest.fixture
def made() -> list[str]:
    """Collect what parts are made, in order."""
    return []


@pytest.fixture
def part(launcher: ModuleType, tmp_path: Path, made: list[str]) -> Callable[[str], object]:
    """Describe a part whose source is the text that is given."""

    def describe(source: str, *, fails: bool = False) -> object:
        def make(part: object) -> None:
            part.write_stamp(launcher.UNFINISHED)  # type: ignore[attr-defined] # a Part
            made.append(source)
            if fails:
                raise launcher.SetUpError(source)
            (tmp_path / "product").touch()

        fits = (launcher.fingerprint(source),)
        return launcher.Part("making", tmp_path / "stamp", fits, make, tmp_path / "product")

    return describe


def doings(launcher: ModuleType, *arguments: str) -> list[list[str]]:
    """Name what a command needs on an empty clone without a Node, track by track."""
    clone = launcher.Clone(ROOT)
    clone.system_npm = lambda: None
    before, tracks = clone.plan(list(arguments))
    return [[part.doing.split(" with ")[0] for part in track] for track in (before, *tracks)]


def test_a_part_is_made_once(
    launcher: ModuleType, part: Callable[[str], object], made: list[str]
) -> None:
    """A second run with the same source makes nothing; a changed source makes it again."""
    for source in ("one", "one", "two"):
        launcher.make([part(source)])
    assert made == ["one", "two"]


def test_a_part_whose_product_is_gone_is_made_again(
    launcher: ModuleType, part: Callable[[str], object], made: list[str], tmp_path: Path
) -> None:
    """The stamp alone is no proof."""
    launcher.make([part("one")])
    (tmp_path / "product").unlink()
    launcher.make([part("one")])
    assert made == ["one", "one"]


def test_an_interrupted_part_is_made_again(
    launcher: ModuleType, part: Callable[..., object], made: list[str]
) -> None:
    """A part that was begun and not finished does not count as whole."""
    with pytest.raises(launcher.SetUpError):
        launcher.make([part("one", fails=True)])
    launcher.make([part("one")])
    assert made == ["one", "one"]


@pytest.mark.parametrize(
    ("arguments", "needed"),
    [
        (["get", "40"], [["run"]]),
        (["up", "--help"], [["run"]]),
        (["up", "--port", "0"], [["run"], ["page's packages", "building the page"]]),
        (["test"], [["dev"], ["page's packages", "building the page"]]),
        (["bench"], [["bench"], ["page's packages", "building the page"]]),
        (["client", "run", "dev"], [["run"], ["page's packages"]]),
    ],
)
def test_a_command_gets_what_it_needs(
    launcher: ModuleType, arguments: list[str], needed: list[list[str]]
) -> None:
    """No command waits for what only another one uses."""
    first, *tracks = doings(launcher, *arguments)
    assert first[0] == "making .venv"
    assert len(tracks) == len(needed)
    for track, words in zip(tracks, needed, strict=True):
        assert len(track) == len(words)
        assert all(word in doing for doing, word in zip(track, words, strict=True))


def test_node_is_installed_only_where_the_systems_is_too_old(launcher: ModuleType) -> None:
    """The wheel's Node comes first, because the page's packages need it."""
    assert doings(launcher, "up")[0][1:] == ["installing what requirements/build.txt locks"]
    assert doings(launcher, "get")[0][1:] == []


def test_packages_for_more_suffice_for_less(launcher: ModuleType, tmp_path: Path) -> None:
    """After `test`, `up` installs nothing; after `up`, `test` does; so for `bench` and `test`."""
    clone = launcher.Clone(tmp_path)
    (tmp_path / "requirements").mkdir()
    for name in launcher.PACKAGES:
        (tmp_path / "requirements" / f"{name}.txt").write_text(name)
    running, testing, measuring = map(clone.packages, launcher.PACKAGES)
    assert {testing.fits[0], measuring.fits[0]} < set(running.fits)
    assert measuring.fits[0] in testing.fits
    assert running.fits[0] not in testing.fits
    assert testing.fits[0] not in measuring.fits


@pytest.mark.parametrize("source", ["client/src/app.css", "docs/chapters/lease.md"])
def test_a_changed_source_of_the_page_asks_for_another_page(
    launcher: ModuleType, tmp_path: Path, source: str
) -> None:
    """The page shows the chapters, so that it is built again when one of them has changed."""
    path = tmp_path / source
    path.parent.mkdir(parents=True)
    path.write_text("before")
    before = launcher.Clone(tmp_path).built_page().fits
    path.write_text("after")

    assert launcher.Clone(tmp_path).built_page().fits != before


def test_bytecode_is_kept_where_it_is_no_litter(launcher: ModuleType, tmp_path: Path) -> None:
    """Whoever forbids it beside the sources has it in .venv; nobody else's choice is changed."""
    forbidden = {"PYTHONDONTWRITEBYTECODE": "1"}
    in_venv = {"PYTHONPYCACHEPREFIX": str(tmp_path / "bytecode")}
    elsewhere = {"PYTHONPYCACHEPREFIX": "elsewhere"}
    assert launcher.keeping_bytecode({}, tmp_path) == {}
    assert launcher.keeping_bytecode(forbidden, tmp_path) == in_venv
    assert launcher.keeping_bytecode(forbidden | elsewhere, tmp_path) == elsewhere


def test_a_failed_tool_is_quoted_with_what_to_do(launcher: ModuleType, tmp_path: Path) -> None:
    """The end of its output is shown, and advice that fits it."""
    program = "print('OSError: [Errno 28] No space left on device'); raise SystemExit(1)"
    with pytest.raises(launcher.SetUpError) as failed:
        launcher.run([sys.executable, "-c", program], tmp_path, None)
    assert "No space left on device" in str(failed.value)
    assert "the disk is full" in str(failed.value)


@pytest.mark.parametrize(
    ("output", "advice"),
    [
        ("npm error code ECONNREFUSED", "is there a network?"),
        ("OSError: Tunnel connection failed: 407 Proxy Authentication Required", "HTTPS_PROXY"),
        ("error: could not build wheel for tool 1.407.2", "delete .venv"),
        ("error: the compiler refused its input", "delete .venv"),
    ],
)
def test_advice_fits_what_went_wrong(launcher: ModuleType, output: str, advice: str) -> None:
    """A word that only looks like a network's failure does not send people to their network."""
    assert advice in launcher.hint_for(output)


def test_two_set_ups_take_turns(
    launcher: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second says that it waits, and goes on when the first one lets go."""
    (tmp_path / "fiblab").touch()
    first = launcher.Clone(tmp_path)
    first.wait_for_turn()
    said: list[str] = []

    def let_the_first_end(text: str) -> None:
        said.append(text)
        os.close(first.lock)

    monkeypatch.setattr(launcher, "say", let_the_first_end)
    second = launcher.Clone(tmp_path)
    second.wait_for_turn()
    os.close(second.lock)
    assert said == ["another ./fiblab is setting up this clone: waiting for it"]


def test_an_old_python_is_told_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    """Before anything that an old Python cannot run."""
    monkeypatch.setattr(sys, "version_info", (3, 9, 2, "final", 0))
    with pytest.raises(SystemExit, match=r"needs Python 3\.11 or newer, and this is 3\.9"):
        runpy.run_path(str(ROOT / "fiblab"))
