"""The checker's self-test: bugs are put into the system on purpose, and each must be found."""
