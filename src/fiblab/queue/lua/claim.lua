-- claim: leases up to `limit` jobs to a worker, by lane order; safe to repeat with the same nonce.
--
-- KEYS     the queue's (parts/keys.lua), then the worker's last claim
-- ARGV     lanes, event cap, worker, nonce, limit, visibility ms, max attempts, dead letter cap,
--          backoff cap ms, then the wanted lanes, first the one to empty first
-- Returns  id, record, attempt for each job held by this nonce
-- Events   due, expired, dead, claimed
--@include keys
--@include claim_some
local worker, nonce = ARGV[3], ARGV[4]

local claim = {
  key = KEYS[key_count + 1],
  nonce = nonce,
  limit = integer(5),
  visibility_ms = integer(6),
  max_attempts = integer(7),
  dead_letter_cap = integer(8),
  backoff_cap_ms = integer(9),
  lanes = { unpack(ARGV, 10) },
}

local claimed = claim_some(claim)
flush_events(worker)
return claimed
