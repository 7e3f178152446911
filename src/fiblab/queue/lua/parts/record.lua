-- A job's record, its lease and its place in a lane.
local function read_record(record)
  local lane, enqueued, payload = string.match(record, '^(%S+) (%d+) (.*)$')
  return { lane = lane, enqueued = enqueued, payload = payload }
end

-- The lane of a job, or nil where the job is unknown or its lane is not one of ours.
local function lane_of(id)
  local record = redis.call('HGET', key.job, id)
  local lane = record and read_record(record).lane
  return ready[lane] and lane
end

local function holds(id, nonce)
  return redis.call('HGET', key.nonce, id) == nonce
end

-- Takes the hold off a job; its record stays.
local function end_lease(id)
  redis.call('HDEL', key.nonce, id)
  redis.call('ZREM', key.leases, id)
  redis.call('HDEL', key.progress, id)
end

-- Forgets a job: deduplication of its id ends here.
local function forget(id)
  end_lease(id)
  redis.call('HDEL', key.job, id)
  redis.call('HDEL', key.attempts, id)
end

local function push_tail(lane, id)
  redis.call('LPUSH', ready[lane], id)
end

-- A job that comes back is the next one.
local function push_head(lane, id)
  redis.call('RPUSH', ready[lane], id)
end

-- One token wakes one worker; a few are kept for those that are about to wait.
local WAKE_TOKENS = 16
local tokens_given = {}
local function wake_lane(lane)
  tokens_given[lane] = (tokens_given[lane] or 0) + 1
  if tokens_given[lane] > WAKE_TOKENS then return end
  redis.call('LPUSH', wake[lane], 1)
  redis.call('LTRIM', wake[lane], 0, WAKE_TOKENS - 1)
end
