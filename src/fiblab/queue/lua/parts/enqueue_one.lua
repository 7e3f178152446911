--@include add_jobs
-- Puts a new job into its lane, unless it is there or the bound is reached.
local PENDING, ADDED, FULL = 0, 1, 2

local function enqueue_one(id, lane, payload, bound)
  if redis.call('HEXISTS', key.job, id) == 1 then return PENDING end
  if redis.call('HLEN', key.job) >= bound then return FULL end
  add_jobs({ id }, { lane }, { payload })
  return ADDED
end
