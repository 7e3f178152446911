-- status: tells where jobs are. Changes nothing.
--
-- KEYS     the queue's (parts/keys.lua)
-- ARGV     lanes, event cap, then the ids
-- Returns  { state, attempts, progress, reason as JSON } for each id
-- Events   none
--@include keys
--@include status_one
local statuses, FIRST_ID = {}, 3
for at = FIRST_ID, #ARGV do
  statuses[#statuses + 1] = status_one(ARGV[at])
end
return statuses
