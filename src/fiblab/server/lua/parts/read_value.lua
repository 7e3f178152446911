-- A value's text; 1 where it is there and too large to read; false where it is missing.
local function read_value(kind, dense_key, index, value_key)
  if kind == 'dense' then return redis.call('HGET', dense_key, index) end
  if kind == 'text' then return redis.call('GET', value_key) end
  return redis.call('EXISTS', value_key) == 1 and 1
end
