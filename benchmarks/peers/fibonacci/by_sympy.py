"""sympy on gmpy2's integers, which it takes when they are there."""

import gmpy2
import sympy

from benchmarks.peers.fibonacci.turn import main


def text(index: int) -> str:
    """Compute F(index): past sympy's memory of answers, and with gmpy2's text.

    `str` of a Python integer takes quadratic time, and refuses more than 4,300 digits.
    """
    value = sympy.fibonacci.eval(sympy.Integer(index))
    digits: str = gmpy2.mpz(int(value)).digits()
    return digits


if __name__ == "__main__":
    main(text)
