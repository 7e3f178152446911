"""The keys of a partition: on one node of a cluster, apart from those of any other."""

import re

import pytest

from fiblab.queue import Keys


def hash_tag(key: str) -> str:
    """Take what Redis Cluster hashes: the text in the first braces."""
    found = re.search(r"\{(.+?)\}", key)
    assert found, f"{key} has no hash tag"
    return found[1]


def test_all_keys_of_a_partition_share_one_hash_tag() -> None:
    """Redis Cluster runs a script only if all its keys are on one node."""
    keys = Keys(prefix="lab", partition=7)

    tags = {hash_tag(key) for key in [*keys.all, keys.claim("worker-{1}")]}
    assert tags == {"lab:7"}


def test_each_key_is_another_one() -> None:
    """No two kinds of data meet in one key, nor the claims of two workers."""
    keys = Keys()
    every = [*keys.all, keys.claim("one"), keys.claim("two")]

    assert len(set(every)) == len(every)


@pytest.mark.parametrize("other", [Keys(partition=1), Keys(prefix="other")])
def test_partitions_and_prefixes_share_no_key(other: Keys) -> None:
    """Two queues on one Redis know nothing of each other."""
    assert not set(other.all) & set(Keys().all)


@pytest.mark.parametrize("lane", ["", "a b", "a,b", "a:b", "{a}", "1st"])
def test_lane_that_could_be_misread_is_refused(lane: str) -> None:
    """Lanes stand in records between spaces, in arguments between commas, and in keys."""
    with pytest.raises(ValueError, match="a lane's name is a word"):
        Keys(lanes=("light", lane))


def test_lanes_are_the_users_choice() -> None:
    """Another program has other lanes, any number of them."""
    keys = Keys(lanes=("fast", "slow_2", "night"))

    assert keys.all[-2:] == (keys.ready("night"), keys.wake("night"))
