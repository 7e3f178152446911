"""What the state machine draws from: few of each, so that they meet again."""

from hypothesis import strategies as st

from fiblab.queue import Failure, Job, Policy

LANES = ("light", "heavy")
WORKERS = ("ada", "bob", "cyd")

#: More jobs than the bound takes, so that it is reached, and few, so that they meet again.
IDS = tuple("abcde")

#: Small limits, which a few steps reach; no lease ends unless the machine lets it.
POLICY = Policy(visibility_timeout_ms=3_600_000, max_attempts=2, bound=3, dead_letter_cap=1)

workers = st.sampled_from(WORKERS)
lane_orders = st.sampled_from([("light", "heavy"), ("heavy", "light"), ("light",)])
now_and_then = st.sampled_from([False, False, False, True])
limits = st.integers(1, 3)
shares = st.sampled_from([None, 0.0, 0.25, 1.0])
failures = st.builds(
    Failure,
    st.sampled_from(["timeout", "memory"]),
    st.just('"no" \n / more'),
    st.sampled_from([True, True, False]),
)


def jobs(ids: st.SearchStrategy[str]) -> st.SearchStrategy[Job]:
    """Draw jobs with any of these ids."""
    return st.builds(Job, ids, st.sampled_from(LANES), st.sampled_from([b"", b"1 2\n\x00\xff"]))
