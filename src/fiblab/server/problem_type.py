"""What a problem type is, and the reference page of all of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus


@dataclass(frozen=True, slots=True)
class ProblemType:
    """One kind of refusal: its stable name, its status, and what a person should know."""

    slug: str
    status: HTTPStatus
    title: str
    advice: str
    definite: bool = True

    @property
    def uri(self) -> str:
        """The `type` member: a reference relative to the API's origin, never changed."""
        return f"/problems/{self.slug}"


def reference_page(table: Sequence[ProblemType], title: str, module: str) -> str:
    """Write the reference page of a module's table."""
    lines = [
        f"# {title}",
        "",
        f"Generated from `{module}` by `python -m {module}`.",
        "",
        "Each refusal is an RFC 9457 problem document, `application/problem+json`. Its `type`",
        "never changes. *Definite*: nothing was counted or changed. *Indefinite*: it may have",
        "been, and repeating it (with the same `Idempotency-Key`) has the effect of once.",
        "",
        "| `type` | Status | Title | What to do | Outcome |",
        "|---|---|---|---|---|",
    ]
    lines += [
        f"| `{kind.uri}` | {kind.status.value} | {kind.title} | {kind.advice} "
        f"| {'definite' if kind.definite else 'indefinite'} |"
        for kind in table
    ]
    return "\n".join(lines) + "\n"
