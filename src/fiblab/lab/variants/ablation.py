"""A system without one of its patterns: Lua edited as it is loaded, or another class put in."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from importlib import import_module

from fiblab.redis import Script, load_script

#: Modules that load scripts by the name `load_script` in themselves.
LOADING_MODULES = ("fiblab.queue.queue", "fiblab.server.cache_script")


@dataclass(frozen=True, slots=True)
class LuaEdit:
    """In one script, with its parts pasted in, `new` stands where `old` should, at one place."""

    package: str
    file: str
    """The script's name, without `.lua`."""
    old: str
    new: str

    def apply(self, script: Script) -> Script:
        """Return the script with the edit; ValueError unless the old text is there exactly once."""
        if script.source.count(self.old) != 1:
            raise ValueError(f"{self.file}.lua must hold {self.old!r} once: mend this edit")
        return Script(script.name, script.source.replace(self.old, self.new))


@dataclass(frozen=True, slots=True)
class Ablation:
    """One pattern taken away, and the numbers of the invariants that may break without it."""

    name: str
    takes_away: str
    """A sentence: what the system does no longer."""
    breaks: tuple[int, ...]
    lua: tuple[LuaEdit, ...] = ()
    python: str = ""
    """The dotted name of a class whose `stands_for` names what it replaces, once or at several
    places; empty for none."""

    def loader(self) -> Callable[[str, str], Script]:
        """Give a `load_script` that makes the edits; ValueError where one has nothing to edit."""
        return _loader(self.lua)

    @contextmanager
    def applied(self) -> Iterator[None]:
        """Let what is built inside the block be built without the pattern; not for threads."""
        with all_applied([self]):
            yield


@contextmanager
def all_applied(ablations: Sequence[Ablation]) -> Iterator[None]:
    """Let what is built inside the block be built without any of the patterns; not for threads."""
    with ExitStack() as undo:
        loader = _loader([edit for ablation in ablations for edit in ablation.lua])
        for module in LOADING_MODULES:
            _replace(undo, f"{module}.load_script", loader)
        for variant in (_find(ablation.python) for ablation in ablations if ablation.python):
            for place in _places(vars(variant)["stands_for"]):
                _replace(undo, place, variant)
        yield


def _loader(edits: Sequence[LuaEdit]) -> Callable[[str, str], Script]:
    edited: dict[tuple[str, str], Script] = {}
    for edit in edits:
        place = (edit.package, edit.file)
        edited[place] = edit.apply(edited.get(place) or load_script(*place))
    return lambda package, name: edited.get((package, name)) or load_script(package, name)


def _places(stands_for: str | tuple[str, ...]) -> tuple[str, ...]:
    return (stands_for,) if isinstance(stands_for, str) else stands_for


def _find(dotted: str) -> type:
    module, name = dotted.rsplit(".", 1)
    found = getattr(import_module(module), name)
    assert isinstance(found, type)  # noqa: S101 - the catalogue names classes
    return found


def _replace(undo: ExitStack, dotted: str, replacement: object) -> None:
    module_name, name = dotted.rsplit(".", 1)
    module = import_module(module_name)
    undo.callback(partial(setattr, module, name, getattr(module, name)))
    setattr(module, name, replacement)
