"""What is kept of runs, in the data folder of `up`: each one's answer for good, the latest bundles.

lab/answers.jsonl       one line a run: when, what was predicted, what came out
lab/runs/<run>.json     the bundle
lab/runs/<run>.log      what the run's process had to say besides, if anything
"""

import re
from contextlib import suppress
from pathlib import Path

import msgspec

from fiblab.lab.desk.problems import NO_SUCH_RUN
from fiblab.lab.desk.wire import Answer, LastRun
from fiblab.server.problems import Refusal

#: Bundles that are kept, and logs: a megabyte or so each.
BUNDLE_LIMIT = 200

#: How runs are called; nothing else becomes a path.
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,99}")

_decode = msgspec.json.Decoder(Answer).decode


class Journal:
    """The answers in memory and on disk, and where bundles are; raises OSError as files do."""

    def __init__(self, data_dir: Path) -> None:
        self._folder = data_dir / "lab" / "runs"
        self._folder.mkdir(parents=True, exist_ok=True)
        self._file = data_dir / "lab" / "answers.jsonl"
        self.answers = self._read()

    def _read(self) -> list[Answer]:
        answers = []
        lines = self._file.read_bytes().splitlines() if self._file.exists() else []
        for line in lines:
            with suppress(msgspec.DecodeError):  # half a line, of a desk that was killed
                answers.append(_decode(line))
        return answers

    def add(self, answer: Answer) -> None:
        """Keep the answer of a run that is over, and drop bundles beyond the limit."""
        self.answers.append(answer)
        with self._file.open("ab") as file:
            file.write(b"\n" * self._ends_amid_a_line() + msgspec.json.encode(answer) + b"\n")
        self._drop_old_files()

    def _ends_amid_a_line(self) -> bool:
        return not self._file.read_bytes().endswith(b"\n") if self._file.stat().st_size else False

    def _drop_old_files(self) -> None:
        for kind in ("*.json", "*.log"):
            paths = sorted(self._folder.glob(kind), key=lambda path: path.stat().st_mtime)
            for path in paths[:-BUNDLE_LIMIT]:
                path.unlink()

    def last_runs(self) -> dict[str, LastRun]:
        """Tell for each experiment how its last run that has a verdict went."""
        return {
            one.experiment: LastRun(one.run, one.outcome, one.ended_at, one.choice, one.right)
            for one in self.answers
            if isinstance(one.outcome, str)
        }

    def bundle_path(self, run: str) -> Path:
        """Tell where a run's bundle is, or will be; raises Refusal for what is no run's name."""
        if not _NAME.fullmatch(run):
            raise Refusal(NO_SUCH_RUN, "This is no run's name.")
        return self._folder / f"{run}.json"

    def log_path(self, run: str) -> Path:
        """Tell where what a run's process says is written."""
        return self.bundle_path(run).with_suffix(".log")

    def read_bundle(self, run: str) -> bytes:
        """Read a bundle; raises Refusal where there is none."""
        path = self.bundle_path(run)
        try:
            return path.read_bytes()
        except FileNotFoundError:
            detail = f"There is no bundle of it: it has not ended, or {BUNDLE_LIMIT} others have."
            raise Refusal(NO_SUCH_RUN, detail) from None
