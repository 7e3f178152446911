"""The Redis keys of the values."""

#: Version of what the keys hold: another format gets another number, and old entries expire unread.
VERSION = "v1"


class ValueKeys:
    """Names every key that holds a value, all under one hash tag such as `{fiblab:0}`.

    One tag puts them on one node of a Redis Cluster, together with the queue's keys.
    """

    def __init__(self, tag: str) -> None:
        #: Hash: index -> decimal text, for the dense range; never expires.
        self.dense = f"{tag}:{VERSION}:values"
        #: String: the index up to which the dense range is complete; never expires.
        self.marker = f"{tag}:{VERSION}:max"
        #: Of the strings of the values beyond the dense range.
        self.large_prefix = f"{tag}:{VERSION}:value:"

    def large(self, index: int) -> str:
        """Name the string of one value beyond the dense range; it expires."""
        return f"{self.large_prefix}{index}"
