"""Print the document with the default settings."""

import json

from fiblab.server.openapi.document import Limits, build_document

if __name__ == "__main__":
    print(json.dumps(build_document(Limits()), indent=2, ensure_ascii=False))  # noqa: T201 - its purpose
