"""Patterns taken away, one at a time, to see what each is good for; never in production."""

from fiblab.lab.variants.ablation import Ablation, LuaEdit
from fiblab.lab.variants.catalogue import ABLATIONS, ablation

__all__ = ["ABLATIONS", "Ablation", "LuaEdit", "ablation"]
