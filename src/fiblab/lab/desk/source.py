"""/api/v1/lab/source: the package's own files, for links from a step to the line that did it."""

from importlib.resources import files
from importlib.resources.abc import Traversable

from blacksheep import Content, Request, Response
from blacksheep.server.routing import Router

from fiblab.lab.desk.gate import LabGate
from fiblab.lab.desk.problems import NO_SUCH_SOURCE
from fiblab.server.answers import NO_STORE
from fiblab.server.exchange import exchange_of
from fiblab.server.problems import Refusal

SUFFIXES = (".py", ".lua")


def add_source(router: Router, gate: LabGate) -> None:
    """Add the call; a path is looked up among the files found now, so there is no way out."""
    sources = dict(_walk(files("fiblab"), ""))

    @router.route("/api/v1/lab/source/{path:path}", methods=["GET", "HEAD"])
    async def get_source(request: Request) -> Response:
        gate.admit_to_look(exchange_of(request))
        file = sources.get(str(request.route_values["path"]))
        if file is None:
            raise Refusal(NO_SUCH_SOURCE, NO_SUCH_SOURCE.advice)
        return Response(200, [NO_STORE], Content(b"text/plain; charset=utf-8", file.read_bytes()))


def _walk(folder: Traversable, path: str) -> list[tuple[str, Traversable]]:
    found: list[tuple[str, Traversable]] = []
    for entry in folder.iterdir():
        here = f"{path}{entry.name}"
        if entry.is_dir():
            found += _walk(entry, f"{here}/")
        elif entry.name.endswith(SUFFIXES):
            found.append((here, entry))
    return found
