-- requeue: gives dead letters a new life with all their attempts.
--
-- KEYS     the queue's (parts/keys.lua)
-- ARGV     lanes, event cap, bound, then the ids
-- Returns  for each id 0 no such dead letter, 1 requeued, or 2 full (it stays dead)
-- Events   enqueued
--@include keys
--@include enqueue_one
local bound, FIRST_ID = integer(3), 4
local NOT_DEAD = 0

local function requeue_one(id)
  local record = redis.call('HGET', key.dead, id)
  local letter = record and read_record(record)
  if not letter or not ready[letter.lane] then return NOT_DEAD end
  return enqueue_one(id, letter.lane, letter.payload, bound)
end

local outcomes = {}
for at = FIRST_ID, #ARGV do
  outcomes[#outcomes + 1] = requeue_one(ARGV[at])
end
flush_events()
return outcomes
