-- read_dense: reads the marker and all values of the dense range at one moment. Changes nothing.
--
-- KEYS     values (hash: index -> text), marker (string: index up to which the values are complete)
-- ARGV     none
-- Returns  the marker (nil for none), then index, text for each value, in no order
local values_key, marker_key = KEYS[1], KEYS[2]

return { redis.call("GET", marker_key), redis.call("HGETALL", values_key) }
