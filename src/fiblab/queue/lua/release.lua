-- release: a worker that shuts down gives jobs back, next in line, as if never claimed.
--
-- KEYS     the queue's (parts/keys.lua)
-- ARGV     lanes, event cap, then id, nonce for each job
-- Returns  for each job 1 released, or 0 stale (nothing changed)
-- Events   released
--@include keys
--@include events
--@include record
local outcomes, FIRST_JOB, STEP = {}, 3, 2

local function release_one(id)
  local lane = lane_of(id)
  end_leases({ id })
  redis.call('HINCRBY', key.attempts, id, -1)
  push_head(lane, id)
  wake_lane(lane, 1)
  note('released', id)
end

-- From the last one on, so that the first one ends up next in line.
for job = (#ARGV - FIRST_JOB + 1) / STEP, 1, -1 do
  local at = FIRST_JOB + (job - 1) * STEP
  local id, nonce = ARGV[at], ARGV[at + 1]
  local held = holds(id, nonce)
  if held then release_one(id) end
  outcomes[job] = held and 1 or 0
end
flush_events()
return outcomes
