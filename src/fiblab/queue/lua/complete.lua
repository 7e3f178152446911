-- complete: ends jobs whose leases still hold.
--
-- KEYS     the queue's (parts/keys.lua)
-- ARGV     lanes, event cap, then id, nonce for each job
-- Returns  for each job 1 completed, or 0 stale (nothing changed)
-- Events   completed
--@include keys
--@include complete_some
local outcomes = complete_some(3)
flush_events()
return outcomes
