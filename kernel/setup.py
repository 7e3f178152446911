"""How the C in `c/` becomes the module `fiblab_kernel._kernel`; the rest is in pyproject.toml."""  # noqa: INP001 - a script

from pathlib import Path

from setuptools import Extension, setup

#: Optimised, in C11 with GNU's 128-bit integers, and without turning a*b+c into one rounding
#: where the code has two.
COMPILE = ["-std=gnu11", "-O3", "-ffp-contract=off", "-Wall", "-Wextra"]

SOURCES = sorted(str(path) for path in Path("c").glob("*.c"))
HEADERS = sorted(str(path) for path in Path("c").glob("*.h"))

setup(
    ext_modules=[
        Extension(
            "fiblab_kernel._kernel",
            SOURCES,
            depends=HEADERS,
            include_dirs=["c"],
            extra_compile_args=COMPILE,
            libraries=["m"],
        )
    ]
)
