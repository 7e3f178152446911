"""Invariant 11: only the fixed set of keys lives without a TTL, and nothing piles up in those."""

from fiblab.lab.checker.redis_contents import RedisContents
from fiblab.lab.checker.structure import FIXED_KEYS
from fiblab.lab.checker.verdict import Findings

#: Wake tokens that a lane may keep: some for the workers that are about to wait.
WAKE_TOKEN_LIMIT = 16


def check_lasting_keys(contents: RedisContents, findings: Findings) -> None:
    """Check what Redis holds at the end."""
    for key in contents.lasting_keys:
        if key not in FIXED_KEYS:
            findings.breach(11, "a key outside the fixed set has no TTL", f"key {key}")
    for lane, tokens in contents.wake_tokens.items():
        if tokens > WAKE_TOKEN_LIMIT:
            findings.breach(11, "wake tokens pile up", f"lane {lane}", f"{tokens} tokens")
    findings.examined(11, contents.key_count, "keys at the end")
