-- depth: tells how much waits where, at one instant. Changes nothing.
--
-- KEYS     the queue's (parts/keys.lua)
-- ARGV     lanes, event cap
-- Returns  { leased, delayed, dead, paused (1 or 0), then ready, age in ms of the next one, for each lane }
-- Events   none
--@include keys
--@include record
local reply = {
  redis.call('ZCARD', key.leases),
  redis.call('ZCARD', key.delayed),
  redis.call('ZCARD', key.dead_by_time),
  redis.call('EXISTS', key.paused),
}

local function age_of_next(lane)
  local id = redis.call('LINDEX', ready[lane], -1)
  local record = id and redis.call('HGET', key.job, id)
  if not record then return 0 end
  return math.max(0, now - tonumber(read_record(record).enqueued)) -- the clock may have jumped back
end

for _, lane in ipairs(lanes) do
  reply[#reply + 1] = redis.call('LLEN', ready[lane])
  reply[#reply + 1] = age_of_next(lane)
end
return reply
