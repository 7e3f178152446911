"""Whatever no route takes: a file of the page, 405 for a wrong method, else 404."""

from blacksheep import Request, Response
from blacksheep.server.routing import Router

from fiblab.server.exchange import exchange_of
from fiblab.server.page_files import PageFiles
from fiblab.server.problems import METHOD_NOT_ALLOWED, NOT_FOUND, Refusal

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")

#: Addresses that are never the page's, so that a mistyped call is not answered with HTML.
RESERVED = ("/api/", "/problems/")


def add_unmatched(router: Router, page: PageFiles) -> None:
    """Set what answers where nothing else does; to be called when all other routes are there."""
    mistaken = _mistaken_for_an_index(router)

    async def answer_unmatched(request: Request) -> Response:
        exchange = exchange_of(request)
        exchange.route = "unmatched"
        path: str = request.scope["path"]
        allowed = [
            method
            for method in METHODS
            if (method, path) not in mistaken
            and (match := router.get_match_by_method_and_path(method, path.encode()))
            and match.handler is not answer_unmatched
        ]
        if allowed:
            raise _not_allowed(request.method, allowed)
        if path.startswith(RESERVED):
            raise Refusal(NOT_FOUND, "There is no such call.")
        if request.method not in {"GET", "HEAD"}:
            raise _not_allowed(request.method, ["GET", "HEAD"])
        file = page.find(path, html="text/html" in exchange.header(b"accept"))
        if file is None:
            raise Refusal(NOT_FOUND, "There is no such file.")
        exchange.route = "page"
        return file.answer(exchange)

    for method, fixed in mistaken:
        router.add(method, fixed, answer_unmatched)
    router.fallback = answer_unmatched


def _mistaken_for_an_index(router: Router) -> list[tuple[str, str]]:
    """Find fixed addresses that a route of another method would take for its `{index}`.

    POST to `most-requested` is a wrong method, and not a request for a number of that name.
    """
    routes = router.registered_routes
    known = {(method, route.pattern) for method, route in routes}
    return [
        (method, fixed.decode())
        for fixed in sorted({route.pattern for _, route in routes if not route.has_params})
        for method, route in routes
        if route.has_params and route.match_by_path(fixed) and (method, fixed) not in known
    ]


def _not_allowed(method: str, allowed: list[str]) -> Refusal:
    known = method if method in METHODS else "This method"
    return Refusal(
        METHOD_NOT_ALLOWED,
        f"{known} is not among the methods of this address: {', '.join(allowed)}.",
        headers=[(b"allow", ", ".join(allowed).encode())],
    )
