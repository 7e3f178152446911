-- extend_dense: adds the next values to the dense range, and moves its marker with them.
--
-- KEYS     values (hash: index -> text), marker (string: index up to which the values are complete)
-- ARGV     expected marker (-1: none yet), then texts (of the indices after it, in order)
-- Returns  the marker as it is now; other than expected at the beginning: nothing was written
local values_key, marker_key = KEYS[1], KEYS[2]
local expected, FIRST_TEXT = tonumber(ARGV[1]), 2

local stored = redis.call("GET", marker_key) or "-1"
local marker = tonumber(stored)
if not string.match(stored, "^%-?%d+$") then -- tonumber also takes nan, inf, 1e1 and 0x10
  return redis.error_reply("BADMARKER the marker of the dense range is no number: validate it")
end
if marker ~= expected or #ARGV < FIRST_TEXT then
  return marker
end

for i = FIRST_TEXT, #ARGV do
  marker = marker + 1
  redis.call("HSET", values_key, string.format("%d", marker), ARGV[i])
end
redis.call("SET", marker_key, string.format("%d", marker))
return marker
