--@include many
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

-- Takes the hold off jobs; their records stay.
local function end_leases(ids)
  write_all('HDEL', key.nonce, ids)
  write_all('ZREM', key.leases, ids)
  if redis.call('EXISTS', key.progress) == 1 then write_all('HDEL', key.progress, ids) end
end

-- Forgets jobs: deduplication of their ids ends here.
local function forget(ids)
  end_leases(ids)
  write_all('HDEL', key.job, ids)
  write_all('HDEL', key.attempts, ids)
end

local function push_tail(lane, ids)
  write_all('LPUSH', ready[lane], ids)
end

-- A job that comes back is the next one.
local function push_head(lane, id)
  redis.call('RPUSH', ready[lane], id)
end

-- One token wakes one worker; a few are kept for those that are about to wait.
local WAKE_TOKENS = 16
local function wake_lane(lane, jobs)
  local missing = WAKE_TOKENS - redis.call('LLEN', wake[lane])
  for _ = 1, math.min(jobs, missing) do redis.call('LPUSH', wake[lane], 1) end
end
