"""cypari: PARI's own Fibonacci numbers and their text."""

from cypari import pari  # type: ignore[import-not-found] # installed in an environment of its own

from benchmarks.peers.fibonacci.turn import main

#: Bytes that PARI may take for what it computes with; F(10^8) asks for some hundred million.
STACK_BYTES = 2_000_000_000


def text(index: int) -> str:
    """Compute F(index)."""
    return str(pari.fibonacci(index))


if __name__ == "__main__":
    pari.allocatemem(STACK_BYTES, silent=True)
    main(text)
