"""A mistake put into the queue's Lua as it is loaded, to see whether a test finds it."""

from collections.abc import Callable
from dataclasses import dataclass

from fiblab.redis import Script, load_script


@dataclass(frozen=True, slots=True)
class Mutant:
    """One mistake: in the scripts named, `new` stands where `old` should, at one place."""

    breaks: str
    scripts: tuple[str, ...]
    old: str
    new: str

    def loader(self) -> Callable[[str, str], Script]:
        """Give a `load_script` that makes the mistake.

        Raises ValueError if the old text is not there exactly once: the mutant would test nothing.
        """
        mutated = {name: self._mutate(load_script("fiblab.queue", name)) for name in self.scripts}
        return lambda package, name: mutated.get(name) or load_script(package, name)

    def _mutate(self, script: Script) -> Script:
        if script.source.count(self.old) != 1:
            raise ValueError(f"{script.name}.lua must hold {self.old!r} once: mend this mutant")
        return Script(script.name, script.source.replace(self.old, self.new))
