"""python-flint: FLINT's own Fibonacci numbers, and the text as its documentation makes it."""

from flint import fmpz  # type: ignore[import-not-found] # installed in an environment of its own

from benchmarks.peers.fibonacci.turn import main


def text(index: int) -> str:
    """Compute F(index)."""
    digits: str = fmpz.fib_ui(index).str()
    return digits


if __name__ == "__main__":
    main(text)
