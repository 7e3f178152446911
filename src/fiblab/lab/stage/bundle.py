"""Bundles as files: a run that can be opened again without any system."""

from pathlib import Path

import msgspec

from fiblab.lab.stage.lines import Bundle

#: Which form bundles have; it changes when an old one could no longer be read.
FORMAT = 1


class BadBundle(ValueError):  # noqa: N818 - reads as a sentence where it is raised
    """The file is no bundle that this version can open; definite, and says why."""


class _Head(msgspec.Struct):
    format: int


def write(bundle: Bundle, path: Path) -> None:
    """Write a bundle, whole or not at all; raises OSError."""
    partial = path.with_name(f"{path.name}.partial")
    partial.write_bytes(msgspec.json.encode(bundle))
    partial.replace(path)


def read(path: Path) -> Bundle:
    """Read a bundle; raises OSError, or BadBundle where the file is none or of another format."""
    content = path.read_bytes()
    try:
        found = msgspec.json.decode(content, type=_Head).format
        if found != FORMAT:
            raise BadBundle(f"{path} has format {found}; this version opens format {FORMAT}")
        return msgspec.json.decode(content, type=Bundle)
    except msgspec.DecodeError as error:
        raise BadBundle(f"{path} is no bundle of a run, or is damaged: {error}") from error
