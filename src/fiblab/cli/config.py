"""`fiblab config`: the settings of each service."""

from pathlib import Path
from typing import Annotated, Literal

from cyclopts import App, Parameter
from rich import print as show
from rich.markup import escape

from fiblab.config import SERVICES, env_example, load

EXAMPLES = """    fiblab config worker > worker.env
    FIBLAB_PORT=x fiblab config server --check
"""

app = App(help_epilogue=EXAMPLES, help_format="markdown")

_BY_NAME = {settings.service: settings for settings in SERVICES}


@app.default
def config(
    service: Literal["server", "worker", "migrate"] = "server",
    *,
    check: Annotated[bool, Parameter(negative="")] = False,
    write: Annotated[Path | None, Parameter(negative="")] = None,
) -> None:
    """Print a service's settings with their defaults, as a `.env.example`.

    Parameters
    ----------
    service
        server, worker or migrate.
    check
        Read this environment as that service would, and say what is wrong.
    write
        Write `<service>.env.example` of every service into this folder.

    """
    if check:
        load(_BY_NAME[service])
        show(f"The environment is right for [bold]fiblab {service}[/bold].")
    elif write is not None:
        for name, settings in _BY_NAME.items():
            path = write / f"{name}.env.example"
            path.write_text(env_example(settings), encoding="utf-8")
            show(f"wrote {escape(str(path))}")
    else:
        show(escape(env_example(_BY_NAME[service]).rstrip()))
