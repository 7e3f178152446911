"""The fourteen invariants of the queue's protocol, each in a sentence."""

INVARIANTS: dict[int, str] = {
    1: "An accepted request has exactly one ledger row, and an index's count is its rows.",
    2: "A definite refusal leaves no row, an unknown outcome none or one.",
    3: "An accepted request ends in the right value, or among the dead letters with its reason.",
    4: "A job is in exactly one of ready, leased, delayed, dead, gone.",
    5: "At most one nonce is live for a job; what is stale changes nothing.",
    6: "No job is claimed more often than allowed, and each claim counts.",
    7: "A value that was seen is F(n) and never changes.",
    8: "The queue never holds more jobs than its bound.",
    9: "What is called twice has the effect of once.",
    10: "After done or dead, a new request is accepted.",
    11: "Only the fixed set of keys lives without a TTL; dead letters are capped.",
    12: "Idle and healthy, nothing is leased.",
    13: "Each answer belongs to its own request.",
    14: "One log record is one line, and no secret appears in any.",
}
