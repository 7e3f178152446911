"""Pure maths of Fibonacci numbers: no input, no output, no clock. Values are decimal texts."""

from fiblab.fibonacci.dense import MAX_DENSE_INDEX, extend
from fiblab.fibonacci.dense_check import DenseFault, FaultKind, PrefixReport, longest_valid_prefix
from fiblab.fibonacci.digits import digit_count, leading_digits, trailing_digits
from fiblab.fibonacci.errors import (
    FibonacciError,
    IndexRefused,
    OutOfRange,
    Refusal,
    WrongValue,
)
from fiblab.fibonacci.index import parse_index
from fiblab.fibonacci.large import MAX_INDEX, fibonacci_text
from fiblab.fibonacci.modular import residue
from fiblab.fibonacci.progress import Progress
from fiblab.fibonacci.verification import verify

__all__ = [
    "MAX_DENSE_INDEX",
    "MAX_INDEX",
    "DenseFault",
    "FaultKind",
    "FibonacciError",
    "IndexRefused",
    "OutOfRange",
    "PrefixReport",
    "Progress",
    "Refusal",
    "WrongValue",
    "digit_count",
    "extend",
    "fibonacci_text",
    "leading_digits",
    "longest_valid_prefix",
    "parse_index",
    "residue",
    "trailing_digits",
    "verify",
]
