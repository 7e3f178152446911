"""What the checker found: breaches with their evidence, and what it looked at."""

import msgspec

#: Breaches of one kind that a verdict shows; of more it tells how many.
SHOWN_LIMIT = 10


class Breach(msgspec.Struct, frozen=True):
    """An invariant that did not hold, and what lets a person find where."""

    invariant: int
    what: str
    """A sentence, the same for every breach of this kind."""
    evidence: tuple[str, ...]


class Verdict(msgspec.Struct, frozen=True):
    """All breaches, and for each invariant what was examined, and how much of it."""

    breaches: tuple[Breach, ...]
    examined: dict[int, str]

    @property
    def ok(self) -> bool:
        """Whether every invariant held."""
        return not self.breaches

    def to_json(self) -> bytes:
        """Write it as one JSON document."""
        return msgspec.json.encode(self)


class Findings:
    """Where the rules put what they find, while the checker runs."""

    def __init__(self) -> None:
        self._breaches: dict[tuple[int, str], list[tuple[str, ...]]] = {}
        self._counts: dict[tuple[int, str], int] = {}
        self._examined: dict[int, list[str]] = {}

    def breach(self, invariant: int, what: str, *evidence: object) -> None:
        """Note that an invariant did not hold."""
        kind = (invariant, what)
        self._counts[kind] = self._counts.get(kind, 0) + 1
        shown = self._breaches.setdefault(kind, [])
        if len(shown) < SHOWN_LIMIT:
            shown.append(tuple(map(str, evidence)))

    def examined(self, invariant: int, count: int, what: str) -> None:
        """Note how much was examined for an invariant."""
        self._examined.setdefault(invariant, []).append(f"{count:,} {what}")

    def verdict(self) -> Verdict:
        """Sum it up, by invariant."""
        breaches = [
            Breach(invariant, what, evidence)
            for (invariant, what), shown in sorted(self._breaches.items())
            for evidence in self._with_rest(shown, self._counts[invariant, what])
        ]
        examined = {number: ", ".join(self._examined[number]) for number in sorted(self._examined)}
        return Verdict(tuple(breaches), examined)

    @staticmethod
    def _with_rest(shown: list[tuple[str, ...]], count: int) -> list[tuple[str, ...]]:
        rest = count - len(shown)
        return [*shown, (f"and {rest:,} more of this kind",)] if rest else shown
