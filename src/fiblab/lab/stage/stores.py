"""The stores that runs are played on: real ones, which write all down as in production."""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from fiblab.cli.own_users import StoreUrls, let_services_in
from fiblab.embedded import EmbeddedStack
from fiblab.storage.access.privileges import Service as AccessOf
from fiblab.storage.migrate import apply


@dataclass(frozen=True, slots=True)
class Stores:
    """Stores that run, and as whom services reach them; arms take turns on them."""

    stack: EmbeddedStack
    urls: dict[AccessOf, StoreUrls]


@contextmanager
def own_stores(say: Callable[[str], None]) -> Iterator[Stores]:
    """Start stores in a temporary folder; at the end nothing of them is left.

    Call it in the main thread, before any event loop runs. Raises an EmbeddedError where they
    cannot be started.
    """
    folder = Path(tempfile.mkdtemp(prefix="fiblab-lab-")).resolve()
    folder.chmod(0o711)  # the user that PostgreSQL runs as must be able to pass through
    try:
        say("starting Redis and PostgreSQL")
        with EmbeddedStack(data_dir=folder, say=say) as stack:
            apply(stack.postgres_url)
            yield Stores(stack, let_services_in(stack))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
