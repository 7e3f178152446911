-- enqueue: puts jobs into their lanes, all of them or, at the bound, none.
--
-- KEYS     the queue's (parts/keys.lua)
-- ARGV     lanes, event cap, bound, then id, lane, payload for each job
-- Returns  for each job 0 pending (it is there already), 1 added, or 2 full
-- Events   enqueued
--@include keys
--@include enqueue_one
local bound, FIRST_JOB, STEP = integer(3), 4, 3

local function how_many_are_new()
  local seen, new = {}, 0
  for at = FIRST_JOB, #ARGV, STEP do
    local id = ARGV[at]
    if not seen[id] and redis.call('HEXISTS', key.job, id) == 0 then
      seen[id] = true
      new = new + 1
    end
  end
  return new
end

local outcomes = {}
local new = how_many_are_new()
local full = new > 0 and redis.call('HLEN', key.job) + new > bound
for at = FIRST_JOB, #ARGV, STEP do
  outcomes[#outcomes + 1] = full and FULL or enqueue_one(ARGV[at], ARGV[at + 1], ARGV[at + 2], bound)
end
flush_events()
return outcomes
