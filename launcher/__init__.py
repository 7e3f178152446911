"""Set-up of a clone, with the standard library alone; `../fiblab` is what runs it."""
