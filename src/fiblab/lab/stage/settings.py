"""The numbers that every experiment's services run by: short ones, to see much in little time."""

from collections.abc import Mapping

from fiblab.lab.system.environment import environment

#: Setting, by its name in lower case -> value; an experiment and its twin may replace some.
SHARED: Mapping[str, object] = {
    "visibility_timeout_s": 2,
    "max_attempts": 3,
    "queue_bound": 2_000,
    "dead_letter_cap": 1_000,
    "event_cap": 100_000,  # the checker's reader may fall behind by that much
    "dense_max_index": 100,
    "light_max_index": 10_000,
    "backoff_base_s": 0.1,
    "backoff_cap_s": 2,
    "sweep_interval_s": 0.5,
    "sweep_after_s": 2,
    "breaker_reset_s": 1,
    "request_deadline_s": 3,
    "shutdown_grace_s": 5,
    "rate_limit_per_s": 0,
    "trusted_proxies": "127.0.0.1/32",  # each client has an address of its own
    "log_level": "warning",
}


def layered(*layers: Mapping[str, object]) -> dict[str, str]:
    """Lay settings over the shared ones, the later over the earlier, as variables."""
    merged: dict[str, object] = dict(SHARED)
    for layer in layers:
        merged |= layer
    return environment(merged)
