-- admit: takes in one request for one or many values, as one step: rate limit, cached values,
-- and a job for each value that is missing. Refused, it changes nothing but the rate limit.
--
-- KEYS     the queue's (queue/lua/parts/keys.lua), the client's rate limit (string with TTL:
--          when all is earned again, us), the dense values (hash: index -> text), then one
--          string for each value that is not dense
-- ARGV     lanes, event cap, bound, us to earn one request (0: no limit), burst, cost,
--          then for each value: index, lane, payload, kind (dense, text, large)
-- Returns  { outcome (0 limited, 1 known, 2 calculating, 3 full), us until this cost is
--          allowed, us until all is earned again, then for each value its text, 1 if it is
--          too large to read, or nil }
-- Events   enqueued
--@include fiblab.queue:keys
--@include fiblab.queue:enqueue_one
--@include read_value
--@include rate_limit
local LIMITED, KNOWN, CALCULATING, QUEUE_FULL = 0, 1, 2, 3
local bound, interval = tonumber(ARGV[3]), tonumber(ARGV[4])
local burst, cost = tonumber(ARGV[5]), tonumber(ARGV[6])
local FIRST_VALUE, STEP = 7, 4
local rate_key, dense_key, value_at = KEYS[key_count + 1], KEYS[key_count + 2], key_count + 2

local debt, wait = rate_limit(rate_key, interval, burst, cost)
if wait > 0 then return { LIMITED, wait, debt } end

local reply, missing, new = { KNOWN, 0, debt }, {}, 0
for at = FIRST_VALUE, #ARGV, STEP do
  local index, kind = ARGV[at], ARGV[at + 3]
  if kind ~= 'dense' then value_at = value_at + 1 end
  local value = read_value(kind, dense_key, index, KEYS[value_at])
  reply[#reply + 1] = value
  if not value then
    missing[#missing + 1] = at
    new = new + 1 - redis.call('HEXISTS', key.job, index)
  end
end

spend_rate(rate_key, interval, debt)
if new > 0 and redis.call('HLEN', key.job) + new > bound then
  return { QUEUE_FULL, 0, debt }
end
for _, at in ipairs(missing) do
  reply[1] = CALCULATING
  enqueue_one(ARGV[at], ARGV[at + 1], ARGV[at + 2], bound)
end
flush_events()
return reply
