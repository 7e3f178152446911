"""One call of a script: what a client, worker or sweeper asks of Redis."""

from typing import NamedTuple


class Call(NamedTuple):
    """A verb, and what it is about; the real queue makes KEYS and ARGV of it (see sent.py)."""

    verb: str
    job: str = ""
    """The job it is about, where that is not one of the leases'."""
    worker: int = 0
    """Who claims, from 1 on; 0 where nobody does."""
    leases: tuple[tuple[str, str], ...] = ()
    """Job and nonce of each lease presented."""
    token: str = ""
    """The nonce under which it claims."""
    is_retryable: bool = True
    """Of a failure."""

    def __str__(self) -> str:
        shown = [f"job {self.job}"] if self.job else []
        shown += [f"job {job} held by {nonce}" for job, nonce in self.leases]
        if self.token:
            shown.append(f"as {self.token}")
        if not self.is_retryable:
            shown.append("for good")
        return f"{self.verb}({', '.join(shown)})"
