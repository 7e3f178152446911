"""The API as an OpenAPI 3.1 document: schemas from the wire types, operations by hand.

`python -m fiblab.server.openapi` prints it with the default limits, as committed in
docs/reference/openapi.json.
"""

from fiblab.server.openapi.document import Limits, build_document

__all__ = ["Limits", "build_document"]
