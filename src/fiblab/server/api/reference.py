"""/openapi.json, /docs and /problems/{name}: what the API is, for machines and for people."""

import json
from html import escape
from typing import Any

from blacksheep import Content, Request, Response
from blacksheep.server.routing import Router

from fiblab.server.exchange import exchange_of
from fiblab.server.openapi import Limits, build_document
from fiblab.server.page_files import PageFile
from fiblab.server.problem_type import ProblemType
from fiblab.server.problems import NOT_FOUND, TABLE, Refusal

HTML = b"text/html; charset=utf-8"
_METHODS = ("get", "post", "delete")


def add_reference(router: Router, limits: Limits) -> None:
    """Add all three."""
    document = build_document(limits)
    openapi = PageFile.make("/openapi.json", json.dumps(document, ensure_ascii=False).encode())
    docs = PageFile.make("/docs.html", docs_page(document).encode())

    @router.route("/openapi.json", methods=["GET", "HEAD"])
    async def get_openapi(request: Request) -> Response:
        return openapi.answer(exchange_of(request))

    @router.route("/docs", methods=["GET", "HEAD"])
    async def get_docs(request: Request) -> Response:
        return docs.answer(exchange_of(request))

    @router.route("/problems/{slug}", methods=["GET", "HEAD"])
    async def get_problem_type(request: Request) -> Response:
        page = problem_page(_problem_type(str(request.route_values["slug"])))
        return Response(200, None, Content(HTML, page.encode()))


def _html(title: str, body: list[str]) -> str:
    head = f'<!doctype html>\n<html lang="en"><meta charset="utf-8"><title>{escape(title)}</title>'
    return "\n".join([head, f"<h1>{escape(title)}</h1>", *body, "</html>", ""])


def _problem_type(slug: str) -> ProblemType:
    for kind in TABLE:
        if kind.slug == slug:
            return kind
    raise Refusal(NOT_FOUND, "There is no such problem type.")


def problem_page(kind: ProblemType) -> str:
    """Write the page of one problem type."""
    outcome = "Nothing was counted." if kind.definite else "It may have been counted."
    body = [f"<p>{escape(kind.advice)}</p>", f"<p>Status {kind.status}. {outcome}</p>"]
    return _html(kind.title, body)


def docs_page(document: dict[str, Any]) -> str:
    """Write every operation of an OpenAPI document as plain HTML, without scripts."""
    info = document["info"]
    body = [
        f"<p>{escape(info['description'])}</p>",
        '<p>For machines: <a href="/openapi.json">/openapi.json</a>.</p>',
    ]
    for path, item in document["paths"].items():
        shared = item.get("parameters", [])
        for method in _METHODS:
            if method in item:
                body += _operation(document, f"{method.upper()} {path}", item[method], shared)
    return _html(f"{info['title']} API", body)


def _operation(
    document: dict[str, Any], name: str, operation: dict[str, Any], shared: list[Any]
) -> list[str]:
    lines = [f"<h2><code>{escape(name)}</code></h2>", f"<p>{escape(operation['summary'])}</p>"]
    parameters = [_resolved(document, p) for p in (*shared, *operation.get("parameters", []))]
    if parameters:
        rows = [
            f"<li><code>{escape(p['name'])}</code> ({escape(p['in'])}): "
            f"{escape(p['description'])} <code>{escape(json.dumps(p['schema']))}</code></li>"
            for p in parameters
        ]
        lines += ["<h3>Takes</h3>", "<ul>", *rows, "</ul>"]
    answers = [
        f"<li><code>{status}</code> {escape(answer['description'])}{_examples(answer)}</li>"
        for status, answer in sorted(operation["responses"].items())
    ]
    return [*lines, "<h3>Answers</h3>", "<ul>", *answers, "</ul>"]


def _examples(answer: dict[str, Any]) -> str:
    found = [
        f"<pre>{escape(json.dumps(example['value'], indent=1))}</pre>"
        for media_type, content in answer.get("content", {}).items()
        for example in content.get("examples", {}).values()
        if media_type == "application/json"
    ]
    return "".join(found)


def _resolved(document: dict[str, Any], parameter: dict[str, Any]) -> dict[str, Any]:
    """Follow a reference to a shared parameter."""
    pointer = parameter.get("$ref")
    if pointer is None:
        return parameter
    found: dict[str, Any] = document["components"]["parameters"][pointer.rpartition("/")[2]]
    return found
