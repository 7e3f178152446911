"""The invariants of the queue's protocol, as rules over the evidence of a run."""
