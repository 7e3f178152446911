-- Brings jobs back to their lanes: those whose delay is over, those whose lease is.
local RECLAIM_LIMIT = 100 -- of each, per call: bounds how long one call may take

local function due(zset)
  return redis.call('ZRANGE', zset, '-inf', now, 'BYSCORE', 'LIMIT', 0, RECLAIM_LIMIT)
end

local function promote_delayed()
  for _, id in ipairs(due(key.delayed)) do
    local lane = lane_of(id)
    redis.call('ZREM', key.delayed, id)
    if lane then
      push_tail(lane, id)
      note('due', id)
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
    end_lease(id)
    if lane then
      push_head(lane, id)
      note('expired', id)
    end
  end
end
