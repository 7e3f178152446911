-- workers: tells who has said that it is there, and which jobs are on lease. Changes nothing.
--
-- KEYS     the queue's (parts/keys.lua), then the workers
-- ARGV     lanes, event cap, most leases
-- Returns  { now in ms, name, "<seen ms> <what it says of itself>" for each worker as a list,
--          id, nonce, attempts, ms left for each lease as a list, first the one that ends first }
-- Events   none
--@include keys
local workers, most = KEYS[key_count + 1], integer(3)

local function leases()
  local flat, rows = redis.call('ZRANGE', key.leases, 0, most - 1, 'WITHSCORES'), {}
  for at = 1, #flat, 2 do
    local id = flat[at]
    rows[#rows + 1] = id
    rows[#rows + 1] = redis.call('HGET', key.nonce, id)
    rows[#rows + 1] = redis.call('HGET', key.attempts, id)
    rows[#rows + 1] = tonumber(flat[at + 1]) - now
  end
  return rows
end

return { now, redis.call('HGETALL', workers), leases() }
