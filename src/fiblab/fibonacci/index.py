"""The one way to spell an index: what the server's path and the command line accept."""

from __future__ import annotations

from fiblab.fibonacci.errors import IndexRefused, Refusal


def parse_index(text: str, max_index: int) -> int:
    """Return the index that `text` spells in ASCII as `0|[1-9][0-9]*`, at most `max_index`.

    One index has one spelling, so that `5`, `05` and `+5` cannot become three jobs. The length is
    checked before anything is parsed, as parsing takes time that grows with the square of it.
    Raises IndexRefused with the rule that was broken; the text may be anything at all.
    """
    _check_spelling(text)
    if len(text) > len(str(max_index)) or int(text) > max_index:
        raise IndexRefused(
            Refusal.TOO_LARGE,
            f"The index is too large: this system computes up to {max_index} (max_index).",
        )
    return int(text)


def _check_spelling(text: str) -> None:
    if not text:
        raise IndexRefused(Refusal.EMPTY, "The index is empty: write a whole number such as 40.")
    if text[0] in "+-":
        raise IndexRefused(
            Refusal.SIGN, "The index has a sign: write digits only, for a number from 0 up."
        )
    if not (text.isascii() and text.isdigit()):
        at, character = next(
            (at, character) for at, character in enumerate(text) if not "0" <= character <= "9"
        )
        raise IndexRefused(
            Refusal.NOT_DIGITS,
            f"The index may hold the digits 0 to 9 only: character {at + 1} is {character!a}.",
        )
    if text[0] == "0" and text != "0":
        raise IndexRefused(
            Refusal.LEADING_ZERO, "The index has a leading zero: write it without, as in 5."
        )
