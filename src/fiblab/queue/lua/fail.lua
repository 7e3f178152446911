-- fail: ends an attempt: the job is delayed, with exponential backoff and full jitter, or given up.
--
-- KEYS     the queue's (parts/keys.lua)
-- ARGV     lanes, event cap, id, nonce, category, detail, retryable (1 or 0), max attempts,
--          backoff base ms, backoff cap ms, jitter (0 to 1, random), dead letter cap
-- Returns  { 0 stale | 1 retrying | 2 dead, delay in ms }
-- Events   retrying, dead
--@include keys
--@include events
--@include record
--@include dead_letter
local id, nonce, category, detail = ARGV[3], ARGV[4], ARGV[5], ARGV[6]
local retryable, max_attempts = ARGV[7] == '1', integer(8)
local backoff_base, backoff_cap, jitter = integer(9), integer(10), tonumber(ARGV[11])
local dead_letter_cap = integer(12)
local STALE, RETRYING, DEAD = 0, 1, 2

if not holds(id, nonce) then return { STALE, 0 } end

local attempts = tonumber(redis.call('HGET', key.attempts, id))
if not retryable or attempts >= max_attempts then
  bury(id, attempts, category, detail, dead_letter_cap)
  flush_events()
  return { DEAD, 0 }
end

local delay = math.floor(jitter * math.min(backoff_cap, backoff_base * 2 ^ (attempts - 1)))
end_leases({ id })
redis.call('ZADD', key.delayed, now + delay, id)
note('retrying', id, delay)
flush_events()
return { RETRYING, delay }
