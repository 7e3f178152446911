"""The chaos run: real processes under a mixed load, the fault matrix upon them, and a verdict.

    system up -> load on -> faults, one after another and at once -> all healed -> load off
        -> everything owed is settled -> every index is read once more -> the checker's verdict

Nothing in the system knows that it is being tested: faults reach it through signals, through the
stores' own commands, and through proxies between each process and each store.
"""
