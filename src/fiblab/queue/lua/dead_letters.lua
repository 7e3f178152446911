-- dead_letters: lists dead letters, the latest first. Changes nothing.
--
-- KEYS     the queue's (parts/keys.lua)
-- ARGV     lanes, event cap, offset, limit
-- Returns  id, record, reason as JSON for each dead letter
-- Events   none
--@include keys
local offset, limit = integer(3), integer(4)
local reply = {}
for _, id in ipairs(redis.call('ZREVRANGE', key.dead_by_time, offset, offset + limit - 1)) do
  reply[#reply + 1] = id
  reply[#reply + 1] = redis.call('HGET', key.dead, id)
  reply[#reply + 1] = redis.call('HGET', key.reason, id)
end
return reply
