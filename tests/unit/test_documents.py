"""What the documents point to is there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])

#: A link's or a picture's target, in Markdown and in HTML.
TARGET = re.compile(r'\]\(([^)\s]+)\)|(?:src|srcset|href)="([^"\s]+)"')


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(document: Path) -> None:
    """Every link to a file of this repository names one that exists."""
    targets = [link or source for link, source in TARGET.findall(document.read_text())]
    local = [target.partition("#")[0] for target in targets if "://" not in target]
    missing = [target for target in local if target and not (document.parent / target).exists()]
    assert missing == []
