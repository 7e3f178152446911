"""Patterns that experiments take away, beyond those by which the checker is proved."""

from fiblab.lab.variants.ablation import Ablation

TAUGHT: tuple[Ablation, ...] = ()
