"""gmpy2: GMP's own Fibonacci numbers and its conversion to decimal."""

import gmpy2

from benchmarks.peers.fibonacci.turn import main


def text(index: int) -> str:
    """Compute F(index)."""
    digits: str = gmpy2.fib(index).digits()
    return digits


if __name__ == "__main__":
    main(text)
