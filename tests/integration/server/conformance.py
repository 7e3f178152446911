"""Holds every answer that a test sees against the OpenAPI document."""

import json
import re
from typing import Any

import httpx

Document = dict[str, Any]

_TYPES: dict[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
}


class Conformance:
    """Checks answers of the documented addresses; says nothing of others."""

    def __init__(self, document: Document) -> None:
        self._document = document
        # Addresses without a parameter come first, as in the server's own routes.
        self._addresses = [
            (re.compile(re.sub(r"\{\w+\}", "[^/]+", path)), item)
            for path, item in sorted(document["paths"].items(), key=lambda entry: "{" in entry[0])
        ]

    async def check(self, response: httpx.Response) -> None:
        """Fail where status, media type, headers or body are not as documented."""
        operation = self._operation(response.request)
        if operation is None:
            return
        where = f"{response.request.method} {response.request.url} -> {response.status_code}"
        answers = operation["responses"]
        assert str(response.status_code) in answers, f"undocumented: {where}"
        answer = answers[str(response.status_code)]
        self._check_headers(response, answer, where)
        if response.headers.get("content-type") == "text/event-stream":
            return  # it has no end to wait for; tests of its own read it
        await response.aread()
        content = answer.get("content")
        if content is None:
            assert response.content == b"", where
        elif response.request.method != "HEAD":
            self._check_body(response, content, where)

    def _operation(self, request: httpx.Request) -> Document | None:
        method = "get" if request.method == "HEAD" else request.method.lower()
        for pattern, item in self._addresses:
            if pattern.fullmatch(request.url.path):
                operation: Document | None = item.get(method)
                return operation
        return None

    def _check_headers(self, response: httpx.Response, answer: Document, where: str) -> None:
        documented = {name.lower() for name in answer["headers"]}
        for name in self._document["components"]["headers"]:
            # Any answer may say that it must not be cached.
            if name.lower() in response.headers and name != "Cache-Control":
                assert name.lower() in documented, f"{where}: undocumented header {name}"

    def _check_body(self, response: httpx.Response, content: Document, where: str) -> None:
        media_type = response.headers["content-type"].partition(";")[0]
        assert media_type in content, f"{where}: {media_type}"
        schema = content[media_type].get("schema", {})
        body = json.loads(response.content) if media_type.endswith("json") else response.text
        wrong = self._wrong(body, schema)
        assert not wrong, f"{where}: {wrong}"

    def _wrong(self, value: Any, schema: Document) -> str:
        """Tell what is wrong with a value by the part of JSON Schema that the document uses."""
        if "$ref" in schema:
            name = schema["$ref"].rpartition("/")[2]
            return self._wrong(value, self._document["components"]["schemas"][name])
        for choice in ("oneOf", "anyOf"):
            if choice in schema:
                fits = [option for option in schema[choice] if not self._wrong(value, option)]
                return "" if len(fits) == 1 else f"{value!r} fits {len(fits)} of {choice}"
        return self._wrong_kind(value, schema) or self._wrong_parts(value, schema)

    def _wrong_kind(self, value: Any, schema: Document) -> str:
        kind = schema.get("type")
        wrong_bool = isinstance(value, bool) and kind != "boolean"
        if kind and (wrong_bool or not isinstance(value, _TYPES[kind])):
            return f"{value!r} is no {kind}"
        if "enum" in schema and value not in schema["enum"]:
            return f"{value!r} is none of {schema['enum']}"
        if "pattern" in schema and not re.search(schema["pattern"], value):
            return f"{value!r} does not match {schema['pattern']}"
        return "" if not isinstance(value, int | float) else _out_of_bounds(value, schema)

    def _wrong_parts(self, value: Any, schema: Document) -> str:
        if isinstance(value, list):
            wrong = (self._wrong(item, schema.get("items", {})) for item in value)
            return next(filter(None, wrong), "")
        if not isinstance(value, dict):
            return ""
        properties = schema.get("properties", {})
        missing = [name for name in schema.get("required", []) if name not in value]
        unknown = [name for name in value if properties and name not in properties]
        if missing or unknown:
            return f"missing {missing}, unknown {unknown}"
        wrong = (self._wrong(item, properties.get(name, {})) for name, item in value.items())
        return next(filter(None, wrong), "")


def _out_of_bounds(value: float, schema: Document) -> str:
    least, most = schema.get("minimum", value), schema.get("maximum", value)
    above = schema.get("exclusiveMinimum")
    if least <= value <= most and (above is None or value > above):
        return ""
    return f"{value!r} is out of bounds"
