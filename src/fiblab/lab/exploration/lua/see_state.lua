-- see_state: reads all that is in the queue as a state that the explorer holds. Changes nothing.
--
-- KEYS     the queue's (queue/lua/parts/keys.lua), then each worker's last claim, then each value
-- ARGV     lanes, event cap, number of workers
-- Returns  the state (MessagePack, see contents.py)
-- Events   none
--@include fiblab.queue:keys
local workers = integer(3)
local first_value = key_count + workers

-- A hash has no order, and that of a sorted set of times is not looked at.
local function by_id(rows)
  table.sort(rows, function(one, other) return one[1] < other[1] end)
  return rows
end

local function hash_rows(hash)
  local flat, rows = redis.call('HGETALL', hash), {}
  for at = 1, #flat, 2 do rows[#rows + 1] = { flat[at], flat[at + 1] } end
  return by_id(rows)
end

local function hash_ids(hash)
  local ids = redis.call('HKEYS', hash)
  table.sort(ids)
  return ids
end

local function ends(zset)
  local flat, rows = redis.call('ZRANGE', zset, 0, -1, 'WITHSCORES'), {}
  for at = 1, #flat, 2 do rows[#rows + 1] = { flat[at], tonumber(flat[at + 1]) <= now } end
  return by_id(rows)
end

local function reasons()
  local rows = {}
  for _, row in ipairs(hash_rows(key.reason)) do
    local why = cjson.decode(row[2])
    rows[#rows + 1] = { row[1], why.attempts, why.category }
  end
  return rows
end

local function strings(from, to)
  local rows = {}
  for at = from + 1, to do
    local text = redis.call('GET', KEYS[at])
    if text then rows[#rows + 1] = { at - from, text } end
  end
  return rows
end

-- A key of a claim must bear a TTL; all others are the fixed set, or values.
local function strays()
  local known, found = {}, {}
  for at, name in ipairs(KEYS) do known[name] = at <= key_count or at > first_value end
  for _, name in ipairs(redis.call('KEYS', '*')) do
    if not known[name] and redis.call('PTTL', name) < 0 then found[#found + 1] = name end
  end
  return found
end

return cmsgpack.pack({
  hash_ids(key.job), hash_rows(key.attempts), hash_rows(key.nonce),
  ends(key.leases), ends(key.delayed), hash_ids(key.progress),
  hash_ids(key.dead), reasons(), redis.call('ZRANGE', key.dead_by_time, 0, -1),
  redis.call('LRANGE', ready[lanes[1]], 0, -1),
  strings(key_count, first_value), strings(first_value, #KEYS), strays(),
})
