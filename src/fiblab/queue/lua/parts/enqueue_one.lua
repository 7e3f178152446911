--@include events
--@include record
--@include dead_letter
-- Puts a new job into its lane, unless it is there or the bound is reached.
-- An earlier dead letter of the same id gives way: to ask again is to try again.
local PENDING, ADDED, FULL = 0, 1, 2

local function enqueue_one(id, lane, payload, bound)
  if redis.call('HEXISTS', key.job, id) == 1 then return PENDING end
  if redis.call('HLEN', key.job) >= bound then return FULL end
  redis.call('HSET', key.job, id, lane .. ' ' .. now .. ' ' .. payload)
  drop_dead_letter(id)
  push_tail(lane, id)
  wake_lane(lane)
  note('enqueued', id, lane)
  return ADDED
end
