"""Which functions and commands a Lua script can reach, once its parts are pasted in."""

import re

from fiblab.redis import load_script

_FUNCTION = re.compile(r"^local function (\w+)\(.*?^end$", re.MULTILINE | re.DOTALL)
_COMMENT = re.compile(r"--.*$", re.MULTILINE)
_CALL = re.compile(r"redis\.p?call\('(\w+)'(?:, ([^,)]+))?")


def reachable_text(script: str) -> str:
    """Return a queue script's main part and the functions that it calls, directly or not."""
    source = _COMMENT.sub("", load_script("fiblab.queue", script).source)
    functions = {found[1]: found[0] for found in _FUNCTION.finditer(source)}
    reached = [_FUNCTION.sub("", source)]
    for text in reached:
        reached += [
            functions.pop(name) for name in re.findall(r"\b(\w+)\(", text) if name in functions
        ]
    return "\n".join(reached)


def called(text: str) -> list[tuple[str, str]]:
    """List the Redis commands in a text, each with its first argument as written."""
    return _CALL.findall(text)
