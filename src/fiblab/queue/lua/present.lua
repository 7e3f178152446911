-- present: notes that a worker is there, and forgets those that have long said nothing.
--
-- KEYS     the queue's (parts/keys.lua), then the workers
-- ARGV     lanes, event cap, name, what it says of itself, TTL in ms
-- Returns  1
-- Events   none
--@include keys
local workers = KEYS[key_count + 1] -- hash: name -> "<seen ms> <what it says of itself>"; has a TTL
local name, account, ttl_ms = ARGV[3], ARGV[4], integer(5)

local function forget_the_silent()
  local flat = redis.call('HGETALL', workers)
  for at = 1, #flat, 2 do
    local seen = tonumber(string.match(flat[at + 1], '^%d+'))
    -- Seen in the future is seen before the clock jumped back: as good as long ago.
    if math.abs(now - seen) > ttl_ms then redis.call('HDEL', workers, flat[at]) end
  end
end

forget_the_silent()
redis.call('HSET', workers, name, now .. ' ' .. account)
redis.call('PEXPIRE', workers, ttl_ms)
return 1
