"""The standard library's decimal (libmpdec): doubling as a reader would write it."""

from decimal import MAX_EMAX, MAX_PREC, MIN_EMIN, Context, Decimal, Inexact, localcontext

from benchmarks.peers.fibonacci.turn import main

#: log10 of the golden ratio, rounded up: F(n) has at most n times so many digits, and one more.
DIGITS_PER_INDEX = 0.20899


def text(index: int) -> str:
    """Compute F(index) by F(2k) = F(k) (2 F(k+1) - F(k)) and F(2k+1) = F(k)^2 + F(k+1)^2."""
    digits = min(MAX_PREC, int(2 * index * DIGITS_PER_INDEX) + 30)
    with localcontext(Context(prec=digits, Emax=MAX_EMAX, Emin=MIN_EMIN, traps=[Inexact])):
        current, following = Decimal(0), Decimal(1)
        for bit in f"{index:b}":
            doubled = current * (2 * following - current)
            after = current * current + following * following
            current, following = (after, doubled + after) if bit == "1" else (doubled, after)
        return str(current)


if __name__ == "__main__":
    main(text)
