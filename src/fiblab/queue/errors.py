"""What the queue itself refuses.

    QueueError
    |-- InvalidJob        definite: nothing was sent
    `-- CorruptReply      indefinite: the server answered in a shape this version does not know

Failures of the connection come through as they are: see `fiblab.redis.errors`.
"""


class QueueError(Exception):
    """Any error of the queue's own."""


class InvalidJob(QueueError):  # noqa: N818 - the error tree reads as nouns
    """A job's id or lane is not one that this queue takes; nothing was sent."""


class CorruptReply(QueueError):  # noqa: N818 - the error tree reads as nouns
    """A script answered in an unknown shape: two versions share one Redis."""
