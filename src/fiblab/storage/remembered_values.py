"""Values kept in the process: the first tier, and the only one that needs no checking."""

from collections import OrderedDict

#: Bytes that an entry takes beside its digits: the text's header, the index, the dict's slot.
ENTRY_BYTES = 200


class RememberedValues:
    """Keeps the values used last, up to `capacity_bytes` in all; put only verified ones in."""

    def __init__(self, capacity_bytes: int) -> None:
        self._capacity_bytes = capacity_bytes
        self._texts: OrderedDict[int, str] = OrderedDict()
        self._bytes = 0

    @property
    def used_bytes(self) -> int:
        """Memory in use, at most the capacity."""
        return self._bytes

    def get(self, index: int) -> str | None:
        """Return F(index) where it is remembered."""
        text = self._texts.get(index)
        if text is not None:
            self._texts.move_to_end(index)
        return text

    def put(self, index: int, text: str) -> None:
        """Remember F(index), forgetting what was unused for longest; too large a text is left."""
        size = len(text) + ENTRY_BYTES
        if index in self._texts or size > self._capacity_bytes:
            return
        while self._bytes + size > self._capacity_bytes:
            _, forgotten = self._texts.popitem(last=False)
            self._bytes -= len(forgotten) + ENTRY_BYTES
        self._texts[index] = text
        self._bytes += size
