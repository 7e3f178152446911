"""Where things are kept: value tiers, the ledger of requests and its counts."""
