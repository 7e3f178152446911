-- look_up: tells how values stand, without asking for any. Changes nothing.
--
-- KEYS     the queue's (queue/lua/parts/keys.lua), the dense values (hash: index -> text),
--          then one string for each value that is not dense
-- ARGV     lanes, event cap, then for each value: index, kind (dense, text, large)
-- Returns  for each value its text, 1 if it is too large to read, or
--          { state, attempts, progress, reason as JSON } of its job
-- Events   none
--@include fiblab.queue:keys
--@include fiblab.queue:status_one
--@include read_value
local FIRST_VALUE, STEP = 3, 2
local dense_key, value_at = KEYS[key_count + 1], key_count + 1

local found = {}
for at = FIRST_VALUE, #ARGV, STEP do
  local index, kind = ARGV[at], ARGV[at + 1]
  if kind ~= 'dense' then value_at = value_at + 1 end
  found[#found + 1] = read_value(kind, dense_key, index, KEYS[value_at]) or status_one(index)
end
return found
