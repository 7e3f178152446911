-- Brings jobs back to their lanes: those whose delay is over, those whose lease is.
local RECLAIM_LIMIT = 100 -- of each, per call: bounds how long one call may take

local function due(zset)
  return redis.call('ZRANGE', zset, '-inf', now, 'BYSCORE', 'LIMIT', 0, RECLAIM_LIMIT)
end

-- A lane that is not ours is another version's: its job stays as it is, for that version's workers,
-- and is looked at later so that a hundred of its kind don't hide ours.
local LOOK_AGAIN_MS = 10000
local function leave(zset, id)
  redis.call('ZADD', zset, now + LOOK_AGAIN_MS, id)
end

-- An end further ahead than any was ever set is left from before the clock jumped back: whoever waits
-- for it waits as long as if it were set now, and not for the length of the jump.
local function pull_in(zset, longest_ms)
  local latest = now + math.max(longest_ms, LOOK_AGAIN_MS)
  local too_late = redis.call('ZRANGE', zset, '(' .. latest, '+inf', 'BYSCORE', 'LIMIT', 0, RECLAIM_LIMIT)
  for _, id in ipairs(too_late) do redis.call('ZADD', zset, latest, id) end
end

local function promote_delayed()
  for _, id in ipairs(due(key.delayed)) do
    local lane = lane_of(id)
    if lane then
      redis.call('ZREM', key.delayed, id)
      push_tail(lane, { id })
      note('due', id)
    else
      leave(key.delayed, id)
    end
  end
end

-- A dead worker looks like a slow one: its job may still be running there, and will be stale.
-- From the latest lease on, so that the one which ended first is next in line.
local function take_back_expired()
  local expired = due(key.leases)
  for at = #expired, 1, -1 do
    local id = expired[at]
    local lane = lane_of(id)
    if lane then
      end_leases({ id })
      push_head(lane, id)
      note('expired', id)
    else
      leave(key.leases, id)
    end
  end
end
