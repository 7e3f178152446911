"""Where experiments are played: a system of its own, a log of all that happens, and a verdict.

    stores up -> for each arm (with the pattern, without it):
        stores emptied -> play: load and fault, logged as happenings -> healed -> settled
        -> every number read once more -> stopped -> the checks judge log, ledger and Redis
    -> outcome -> bundle

Page, command line and tests play the same experiment through `run.play`.
"""
