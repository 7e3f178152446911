"""docs/reference/experiments.md, made from the registry.

.venv/bin/python -m fiblab.lab.experiments.page > docs/reference/experiments.md
"""

import sys

from fiblab.lab.experiments.registry import EXPERIMENTS
from fiblab.lab.stage.experiment import Experiment

HEAD = """# The experiments

Generated from [src/fiblab/lab/experiments](../../src/fiblab/lab/experiments) by
`python -m fiblab.lab.experiments.page`: do not edit. Each runs twice, with its pattern and without,
on a system of its own; CI plays every one of them and expects the check named last to break without
the pattern, and nothing to break with it.

    ./fiblab lab run crash --twin
"""


def experiments_page() -> str:
    """Write the page: a table, then a section for each experiment."""
    rows = [
        f"| [{one.id}](#{one.id}) | {one.question} | {one.pattern} | {one.fault} |"
        for one in EXPERIMENTS
    ]
    table = ["| | Question | Pattern | Fault |", "|---|---|---|---|", *rows]
    return "\n".join([HEAD, *table, *map(_section, EXPERIMENTS)]) + "\n"


def _section(one: Experiment) -> str:
    described = one.described(with_answer=True)
    sources = [
        f"- [{at.path}:{at.line}](../../src/fiblab/{at.path}#L{at.line}): {at.says}"
        for at in described.sources
    ]
    checks = [
        f"- {check.says}{' **Breaks without the pattern.**' if check.id == one.breaks else ''}"
        for check in described.checks
    ]
    parts = (
        f"\n## {one.id}\n\n**{one.title}.** {one.question}",
        described.explanation,
        f"Without the pattern: {described.without}",
        "\n".join(["Judged by:", "", *checks]),
        "\n".join(["Where it stands:", "", *sources]),
    )
    return "\n\n".join(parts)


if __name__ == "__main__":
    sys.stdout.write(experiments_page())
