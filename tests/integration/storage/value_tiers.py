"""What the tests of values agree on."""

from fiblab.storage import Tier

#: Where the dense range of the tests ends.
DENSE_MAX_INDEX = 1_000

#: Beyond this index PostgreSQL takes values as well.
LIGHT_MAX_INDEX = 200_000

#: Seconds that large values live in Redis.
TTL_S = 3_600

#: What `on_corrupt` is told: index, tier, reason.
Corruption = tuple[int | None, Tier, str]
