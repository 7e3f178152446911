"""The chapters' links into the source: where they lead, and what stands there.

A link names its line, as GitHub's addresses do, and in its title the code that is to be found on
it. So a line that has moved is noticed, and can be written anew:

    .venv/bin/python -m tests.unit.chapter_links
"""

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
CHAPTERS = ROOT / "docs" / "chapters"

#: [words](../../src/fiblab/path#L31 "code on that line")
SOURCE_LINK = re.compile(r'\]\(\.\./\.\./(src/fiblab/[^#)\s]+)#L(\d+) "([^"]+)"\)')

#: Any link, to see that none escapes the pattern above.
LINK = re.compile(r"\]\(([^)\s]+)")


@dataclass(frozen=True)
class SourceLink:
    """A link from a chapter to a line of the source."""

    path: str
    line: int
    code: str

    @property
    def found_on(self) -> int | None:
        """Tell the line on which its code stands first, None where it stands nowhere."""
        lines = (ROOT / self.path).read_text(encoding="utf-8").splitlines()
        return next((at for at, line in enumerate(lines, start=1) if self.code in line), None)

    @property
    def is_right(self) -> bool:
        """Tell whether the code stands on the very line."""
        lines = (ROOT / self.path).read_text(encoding="utf-8").splitlines()
        return 1 <= self.line <= len(lines) and self.code in lines[self.line - 1]


def chapters() -> list[Path]:
    """List all chapters' files."""
    return sorted(CHAPTERS.glob("*.md"))


def source_links(text: str) -> Iterator[SourceLink]:
    """Read a chapter's links into the source."""
    for path, line, code in SOURCE_LINK.findall(text):
        yield SourceLink(path, int(line), code)


def with_lines_anew(text: str) -> str:
    """Write each link's line anew, where its code is still to be found in its file."""

    def anew(match: re.Match[str]) -> str:
        link = SourceLink(match[1], int(match[2]), match[3])
        line = link.line if link.is_right else link.found_on or link.line
        return match[0].replace(f"#L{link.line} ", f"#L{line} ", 1)

    return SOURCE_LINK.sub(anew, text)


def main() -> None:
    """Mend every chapter's lines, and name the links that only a person can mend."""
    for path in chapters():
        mended = with_lines_anew(path.read_text(encoding="utf-8"))
        path.write_text(mended, encoding="utf-8")
        for link in source_links(mended):
            if not link.is_right:
                sys.stdout.write(f"{path.name}: no `{link.code}` in {link.path}\n")


if __name__ == "__main__":
    main()
