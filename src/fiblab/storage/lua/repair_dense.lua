-- repair_dense: cuts the dense range back to its valid beginning, unless it changed meanwhile.
--
-- KEYS     values (hash: index -> text), marker (string: index up to which the values are complete)
-- ARGV     marker as it was read ("" for none), last valid index (-1: none),
--          then fields to delete
-- Returns  1 the range is as wanted, or 0 the marker has changed: nothing was written, read again
local values_key, marker_key = KEYS[1], KEYS[2]
local marker_read, last_valid, FIRST_FIELD = ARGV[1], ARGV[2], 3

local marker = redis.call("GET", marker_key) or ""
local repaired = last_valid == "-1" and "" or last_valid
if marker ~= marker_read and marker ~= repaired then
  return 0
end

for i = FIRST_FIELD, #ARGV do
  redis.call("HDEL", values_key, ARGV[i])
end
if repaired == "" then
  redis.call("DEL", marker_key)
else
  redis.call("SET", marker_key, repaired)
end
return 1
