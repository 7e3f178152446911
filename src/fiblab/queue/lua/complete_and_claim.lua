-- complete_and_claim: ends finished jobs and leases the next ones, in one round trip.
--
-- KEYS     the queue's (parts/keys.lua), then the worker's last claim
-- ARGV     lanes, event cap, worker, nonce, limit, visibility ms, max attempts, dead letter cap,
--          backoff cap ms, number of wanted lanes, the wanted lanes, then id, nonce for each finished job
-- Returns  { outcomes as of complete, jobs as of claim }
-- Events   completed, due, expired, dead, claimed
--@include keys
--@include complete_some
--@include claim_some
local worker, nonce = ARGV[3], ARGV[4]
local wanted, FIRST_LANE = integer(10), 11

local claim = {
  key = KEYS[key_count + 1],
  nonce = nonce,
  limit = integer(5),
  visibility_ms = integer(6),
  max_attempts = integer(7),
  dead_letter_cap = integer(8),
  backoff_cap_ms = integer(9),
  lanes = { unpack(ARGV, FIRST_LANE, FIRST_LANE + wanted - 1) },
}

local outcomes = complete_some(FIRST_LANE + wanted)
local claimed = claim_some(claim)
flush_events(worker)
return { outcomes, claimed }
