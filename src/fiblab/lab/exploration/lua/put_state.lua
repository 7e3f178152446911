-- put_state: replaces all that is in the queue by a state that the explorer holds.
--
-- KEYS     the queue's (queue/lua/parts/keys.lua), then each worker's last claim, then each value
-- ARGV     lanes, event cap, number of workers, the state (MessagePack, see contents.py)
-- Returns  nothing
-- Events   none (the stream is emptied)
--@include fiblab.queue:keys
local AN_HOUR, LONG_AGO = 3600000, 1
local workers, state = integer(3), cmsgpack.unpack(ARGV[4])
local first_value = key_count + workers

local function put_hash(hash, rows)
  for _, row in ipairs(rows) do redis.call('HSET', hash, row[1], row[2]) end
end

-- What is over lies in the past, what is not in an hour: nothing ends by itself meanwhile.
local function put_ends(zset, rows)
  for _, row in ipairs(rows) do
    redis.call('ZADD', zset, row[2] and LONG_AGO or now + AN_HOUR, row[1])
  end
end

redis.call('DEL', unpack(KEYS))
for _, id in ipairs(state.jobs) do redis.call('HSET', key.job, id, lanes[1] .. ' 1 ') end
put_hash(key.attempts, state.attempts)
put_hash(key.nonce, state.nonces)
put_ends(key.leases, state.leases)
put_ends(key.delayed, state.delayed)
for _, id in ipairs(state.progress) do redis.call('HSET', key.progress, id, '0.500') end
for _, id in ipairs(state.dead) do redis.call('HSET', key.dead, id, lanes[1] .. ' 1 ') end
for _, row in ipairs(state.reasons) do
  redis.call('HSET', key.reason, row[1],
    cjson.encode({ attempts = row[2], category = row[3], detail = 'explored', died = 1 }))
end
for rank, id in ipairs(state.died) do redis.call('ZADD', key.dead_by_time, rank, id) end
for _, id in ipairs(state.ready) do redis.call('RPUSH', ready[lanes[1]], id) end
for _, row in ipairs(state.claims) do
  redis.call('SET', KEYS[key_count + row[1]], row[2], 'PX', AN_HOUR)
end
for _, row in ipairs(state.values) do redis.call('SET', KEYS[first_value + row[1]], row[2]) end
