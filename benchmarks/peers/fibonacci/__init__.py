"""F(n) as decimal text by each side, in an environment of its own: `python -m … N SECONDS`."""
