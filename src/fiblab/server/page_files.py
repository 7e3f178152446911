"""The page: the client's built files, read once, served from memory.

`client/` builds into `fiblab/server/page`. An address is looked up among the files that were found
at the start and never becomes a path, so that there is no way out of the folder.
"""

import gzip
import hashlib
import mimetypes
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable

from blacksheep import Content, Response

from fiblab.server.answers import IMMUTABLE, VARY_ENCODING, has_it_already
from fiblab.server.exchange import Exchange, RawHeaders
from fiblab.server.negotiation import accepted_coding

#: What the page's router falls back on: every address of the page is this one document.
INDEX = "/index.html"

#: Files whose names carry a digest of their content.
IMMUTABLE_PREFIX = "/_app/immutable/"

#: Always asked for again, and mostly answered 304: a new release shows at once.
REVALIDATE = (b"cache-control", b"no-cache")

#: The best level: it is done once, at the start.
GZIP_LEVEL = 9

#: Media types that are compressed already.
_COMPRESSED = ("image/png", "image/webp", "font/woff2", "application/zip")

NOT_BUILT = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>fiblab</title>
<h1>The page is not built</h1>
<p>The API works: see <a href="/docs">/docs</a>. To build the page, run <code>./fiblab up</code>,
or <code>npm ci &amp;&amp; npm run build</code> in <code>client/</code>, and start again.</p>
</html>
"""


@dataclass(frozen=True, slots=True)
class PageFile:
    """One file, ready to be sent."""

    body: bytes
    zipped: bytes | None
    media_type: bytes
    etag: bytes
    cache: tuple[bytes, bytes]

    @classmethod
    def make(cls, address: str, body: bytes) -> "PageFile":
        """Prepare a file for its address."""
        media_type = mimetypes.guess_type(address)[0] or "application/octet-stream"
        text = "; charset=utf-8" if media_type.startswith("text/") else ""
        zipped = None if media_type in _COMPRESSED else gzip.compress(body, GZIP_LEVEL, mtime=0)
        return cls(
            body=body,
            zipped=zipped if zipped and len(zipped) < len(body) else None,
            media_type=f"{media_type}{text}".encode(),
            etag=f'"{hashlib.sha256(body).hexdigest()[:32]}"'.encode(),
            cache=IMMUTABLE if address.startswith(IMMUTABLE_PREFIX) else REVALIDATE,
        )

    def answer(self, exchange: Exchange) -> Response:
        """Answer with the file, zipped where that is taken."""
        zipped = self.zipped if accepts_gzip(exchange) else None
        etag = self.etag if zipped is None else self.etag[:-1] + b'-gzip"'
        headers: RawHeaders = [(b"etag", etag), self.cache, VARY_ENCODING]
        if has_it_already(exchange, etag):
            return Response(304, headers)
        if zipped is None:
            return Response(200, headers, Content(self.media_type, self.body))
        headers.append((b"content-encoding", b"gzip"))
        return Response(200, headers, Content(self.media_type, zipped))


def accepts_gzip(exchange: Exchange) -> bool:
    """Tell whether gzip, the one coding that files are kept in, is taken."""
    accepted = exchange.header(b"accept-encoding").lower()
    return "gzip" in accepted and accepted_coding(accepted.replace("zstd", "")) == "gzip"


class PageFiles:
    """All files of the page by address; without a built page only a hint how to build it."""

    def __init__(self, contents: Mapping[str, bytes]) -> None:
        contents = contents if INDEX in contents else {INDEX: NOT_BUILT.encode()}
        self._files = {address: PageFile.make(address, body) for address, body in contents.items()}

    @property
    def index_html(self) -> str:
        """The document that every address of the page shows."""
        return self._files[INDEX].body.decode()

    def find(self, path: str, *, html: bool) -> PageFile | None:
        """Find what is served at a path; the page itself for any other, if `html` is wanted."""
        exact = self._files.get(INDEX if path == "/" else path)
        return exact or (self._files[INDEX] if html else None)


def built_page() -> PageFiles:
    """Read the page's folder; it may be missing."""
    folder = files("fiblab.server") / "page"
    return PageFiles(dict(_walk(folder, "")) if folder.is_dir() else {})


def _walk(folder: Traversable, address: str) -> list[tuple[str, bytes]]:
    found: list[tuple[str, bytes]] = []
    for entry in folder.iterdir():
        here = f"{address}/{entry.name}"
        found += _walk(entry, here) if entry.is_dir() else [(here, entry.read_bytes())]
    return found
