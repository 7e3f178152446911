"""Where the queue's Lua stands, as the catalogue names it."""

from fiblab.lab.variants.ablation import LuaEdit

QUEUE, SERVER = "fiblab.queue", "fiblab.server"

#: Scripts that claim.
CLAIMING = ("claim", "complete_and_claim")

#: Scripts that end jobs.
COMPLETING = ("complete", "complete_and_claim")

#: Scripts that may make a dead letter.
BURYING = (*CLAIMING, "fail")


def in_queue(files: tuple[str, ...], old: str, new: str) -> tuple[LuaEdit, ...]:
    """Make the same edit in several scripts of the queue."""
    return tuple(LuaEdit(QUEUE, file, old, new) for file in files)


def in_admit(old: str, new: str) -> tuple[LuaEdit, ...]:
    """Make an edit in the script that takes requests in."""
    return (LuaEdit(SERVER, "admit", old, new),)
