"""Every pattern that can be taken away, by name."""

from fiblab.lab.variants.ablation import Ablation
from fiblab.lab.variants.lua_ablations import LUA_ABLATIONS
from fiblab.lab.variants.python_ablations import PYTHON_ABLATIONS
from fiblab.lab.variants.taught import TAUGHT

#: Those by which the checker is proved; each has a drill in the self-test.
ABLATIONS: tuple[Ablation, ...] = (*LUA_ABLATIONS, *PYTHON_ABLATIONS)


def ablation(name: str) -> Ablation:
    """Give the ablation of that name; KeyError where there is none."""
    return {one.name: one for one in (*ABLATIONS, *TAUGHT)}[name]
