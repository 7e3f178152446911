"""What can be wrong with an index or a value.

FibonacciError (a ValueError: every one of them is about a bad argument; nothing else has happened)
├── IndexRefused   a text that is no index: which rule it breaks, as a code and as a sentence
├── OutOfRange     a number outside what a function can do, with the range named
└── WrongValue     a text that is not F(index): what is wrong with it
"""

from __future__ import annotations

from enum import StrEnum


class FibonacciError(ValueError):
    """An argument that does not hold; definite, as nothing here does more than compute."""


class Refusal(StrEnum):
    """The rule that a refused index breaks, for machines to branch on."""

    EMPTY = "empty"
    SIGN = "sign"
    NOT_DIGITS = "not_digits"
    LEADING_ZERO = "leading_zero"
    TOO_LARGE = "too_large"


class IndexRefused(FibonacciError):  # noqa: N818 - says what happened, as a caller's `except` reads
    """A text was refused as an index; `reason` is for machines, `sentence` for people.

    The sentence never repeats more than one character of the text, so that it is safe to log.
    """

    def __init__(self, reason: Refusal, sentence: str) -> None:
        super().__init__(reason, sentence)  # all arguments, so that it survives pickling
        self.reason = reason
        self.sentence = sentence

    def __str__(self) -> str:
        return self.sentence


class OutOfRange(FibonacciError):  # noqa: N818 - says what happened, as a caller's `except` reads
    """`what` is `number`, yet must lie within `least` and `most`, both included."""

    def __init__(self, what: str, number: int, least: int, most: int) -> None:
        super().__init__(what, number, least, most)
        self.what = what
        self.number = number
        self.least = least
        self.most = most

    def __str__(self) -> str:
        return f"{self.what} must be from {self.least:,} to {self.most:,}, not {self.number:#x}"


class WrongValue(FibonacciError):  # noqa: N818 - says what happened, as a caller's `except` reads
    """A text is not F(`index`); `what` says how that shows, without repeating the text."""

    def __init__(self, index: int, what: str) -> None:
        super().__init__(index, what)
        self.index = index
        self.what = what

    def __str__(self) -> str:
        return f"this is not F({self.index}): {self.what}"


def require(what: str, number: int, least: int, most: int) -> None:
    """Raise OutOfRange unless `number` lies within `least` and `most`, both included."""
    if not least <= number <= most:
        raise OutOfRange(what, number, least, most)
