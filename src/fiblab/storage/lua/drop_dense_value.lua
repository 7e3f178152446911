-- drop_dense_value: deletes a corrupt value of the dense range, unless it was replaced meanwhile.
--
-- The marker stays: it then promises a value that is missing, which repair_dense puts right.
--
-- KEYS     values (hash: index -> text)
-- ARGV     index, sha1 (in hex, of the corrupt text)
-- Returns  1 deleted, or 0 nothing changed
local values_key = KEYS[1]
local index, corrupt_sha1 = ARGV[1], ARGV[2]

local stored = redis.call("HGET", values_key, index)
if not stored or redis.sha1hex(stored) ~= corrupt_sha1 then
  return 0
end
return redis.call("HDEL", values_key, index)
