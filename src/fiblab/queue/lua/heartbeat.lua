-- heartbeat: prolongs leases that still hold, and notes how far their jobs are.
--
-- KEYS     the queue's (parts/keys.lua)
-- ARGV     lanes, event cap, visibility ms, then id, nonce, progress ("" where unknown) for each job
-- Returns  for each job 1 prolonged, or 0 lost (the worker abandons it)
-- Events   progress
--@include keys
--@include events
--@include record
local visibility_ms, FIRST_JOB, STEP = integer(3), 4, 3

local function note_progress(id, progress)
  -- A deletion comes first: Redis out of memory refuses a script's first growing write, not its later ones.
  redis.call('HDEL', key.progress, id)
  if progress ~= '' then
    redis.call('HSET', key.progress, id, progress)
    note('progress', id, progress)
  end
end

local outcomes = {}
for at = FIRST_JOB, #ARGV, STEP do
  local id, nonce, progress = ARGV[at], ARGV[at + 1], ARGV[at + 2]
  local held = holds(id, nonce)
  if held then
    note_progress(id, progress)
    redis.call('ZADD', key.leases, now + visibility_ms, id)
  end
  outcomes[#outcomes + 1] = held and 1 or 0
end
flush_events()
return outcomes
