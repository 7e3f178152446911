"""Patterns that stand in Python, each taken away by a class that stands in for the real one."""

from fiblab.lab.variants.ablation import Ablation

_HERE = "fiblab.lab.variants"

COUNTING = (
    Ablation(
        "count outside the transaction",
        "Row and count are written by two transactions, between which the connection may break.",
        (1,),
        python=f"{_HERE}.ledgers.CountsSeparately",
    ),
    Ablation(
        "answered before the commit",
        "The client gets its answer while the commit is still under way.",
        (1,),
        python=f"{_HERE}.ledgers.AnswersBeforeTheCommit",
    ),
    Ablation(
        "counted before admitted",
        "A request is counted before its rate limit is looked at.",
        (2,),
        python=f"{_HERE}.intakes.CountsBeforeAdmitting",
    ),
    Ablation(
        "full checked after counting",
        "Whether the queue took the job is looked at after the request was counted.",
        (2,),
        python=f"{_HERE}.intakes.CountsBeforeItSeesTheQueueFull",
    ),
    Ablation(
        "idempotency key ignored",
        "A request that is sent again with its key counts again.",
        (1, 2),
        python=f"{_HERE}.intakes.IgnoresKeys",
    ),
    Ablation(
        "cross-handed replies",
        "The reply that a cancelled call left unread goes to the next caller.",
        (13,),
        python=f"{_HERE}.intakes.HandsRepliesCrosswise",
    ),
)

WORKING = (
    Ablation(
        "counter nonce",
        "The nonce is a counter in Redis, which gives the same number again after a loss.",
        (5,),
        python=f"{_HERE}.workers.CountedTokens",
    ),
    Ablation(
        "no sweeper",
        "Nobody compares the ledger's open rows with what Redis knows.",
        (3,),
        python=f"{_HERE}.workers.NeverSweeps",
    ),
    Ablation(
        "wrong value served",
        "What the cache holds is served without being verified.",
        (7,),
        python=f"{_HERE}.workers.BelievesAnything",
    ),
    Ablation(
        "value cut as it is stored",
        "Only the digits that str(int) gives by default are stored.",
        (3,),
        python=f"{_HERE}.workers.CutsValues",
    ),
)

LOGGING = (
    Ablation(
        "secret in a log",
        "Log records are written as they come, passwords and all.",
        (14,),
        python=f"{_HERE}.log_lines.ShowsSecrets",
    ),
    Ablation(
        "log record of two lines",
        "A line end inside a log record is written as it is.",
        (14,),
        python=f"{_HERE}.log_lines.BreaksLines",
    ),
)

PYTHON_ABLATIONS = (*COUNTING, *WORKING, *LOGGING)
