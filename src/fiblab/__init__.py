"""The Fibonacci Learning Lab: slow work taken out of a request, on real parts."""

__version__ = "0.1.0"
