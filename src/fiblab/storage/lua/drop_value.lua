-- drop_value: deletes a value that was found to be corrupt, unless it has been replaced meanwhile.
--
-- KEYS     value
-- ARGV     sha1 (in hex, of the corrupt bytes)
-- Returns  1 deleted, or 0 nothing changed
local value_key = KEYS[1]
local corrupt_sha1 = ARGV[1]

local stored = redis.call("GET", value_key)
if not stored or redis.sha1hex(stored) ~= corrupt_sha1 then
  return 0
end
return redis.call("DEL", value_key)
