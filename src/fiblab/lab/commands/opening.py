"""A bundle shown by the page with nothing behind it: a server of two things, on loopback."""

import asyncio
import sys
import webbrowser
from http import HTTPStatus

import msgspec
import uvicorn
from blacksheep import Content, Request, Response
from blacksheep.server.routing import Router

from fiblab.embedded.ports import free_port
from fiblab.lab.stage.lines import Bundle
from fiblab.server.allowed_hosts import AllowedHosts
from fiblab.server.api.unmatched import add_unmatched
from fiblab.server.app import Api
from fiblab.server.client_address import ClientAddresses
from fiblab.server.cors import Cors
from fiblab.server.drain import Drain
from fiblab.server.http_protocol import StrictHttp
from fiblab.server.layer import Layer, LayerParts
from fiblab.server.page_files import PageFiles, built_page
from fiblab.server.run import DrainingServer
from fiblab.server.security import security_headers

HOST = "127.0.0.1"
#: Where the page looks for the bundle that it is to show.
PATH = "/bundle.json"
#: Seconds for an answer, and how many at once: one person looks.
DEADLINE_S, IN_FLIGHT_LIMIT = 10.0, 64


def serve_bundle(bundle: Bundle, *, port: int, browser: bool) -> None:
    """Show a bundle until Ctrl-C; raises PortBusyError where the port is taken."""
    drain = Drain()
    app = _app(bundle, built_page(), drain)
    chosen = port or free_port(HOST)
    address = f"http://{HOST}:{chosen}/replay?bundle={PATH}"
    config = uvicorn.Config(
        app, host=HOST, port=chosen, http=StrictHttp, log_config=None, access_log=False
    )
    print(f"\n  The run is open: {address}\n  Ctrl-C ends it.\n", file=sys.stderr, flush=True)
    if browser:
        webbrowser.open(address)
    asyncio.run(DrainingServer(config, drain).serve())


def _app(bundle: Bundle, page: PageFiles, drain: Drain) -> Layer:
    router = Router()
    content = Content(b"application/json", msgspec.json.encode(bundle))

    @router.get(PATH)
    async def get_bundle(_request: Request) -> Response:
        return Response(HTTPStatus.OK, content=content)

    add_unmatched(router, page)
    return Layer(
        LayerParts(
            app=Api(router=router),
            cors=Cors(()),
            clients=ClientAddresses(()),
            drain=drain,
            security=security_headers(page.index_html),
            hosts=AllowedHosts((), HOST),
            deadline_s=DEADLINE_S,
            in_flight_limit=IN_FLIGHT_LIMIT,
            on_answer=lambda _exchange, _path, _status, _seconds: None,
        )
    )
