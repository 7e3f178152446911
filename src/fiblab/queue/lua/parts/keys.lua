-- The map of the queue's keys. Every script gets the same KEYS, in this order.
local key = {
  job = KEYS[1],          -- hash: id -> record "<lane> <enqueued ms> <payload>"; its size is held to the bound
  attempts = KEYS[2],     -- hash: id -> how often it was claimed
  nonce = KEYS[3],        -- hash: id -> nonce of the claim that holds it
  leases = KEYS[4],       -- zset: id -> when the lease ends, ms
  delayed = KEYS[5],      -- zset: id -> when it is due again, ms
  progress = KEYS[6],     -- hash: id -> share done, 0 to 1
  dead = KEYS[7],         -- hash: id -> record of a dead letter, as it was in `job`
  reason = KEYS[8],       -- hash: id -> why it died, JSON {attempts, category, detail, died}
  dead_by_time = KEYS[9], -- zset: id -> when it died, ms
  events = KEYS[10],      -- stream: every transition, trimmed
  paused = KEYS[11],      -- string: present while claiming is paused
}
local ready, wake = {}, {} -- list of ids per lane, next at the right end; list of wake tokens per lane

-- ARGV[1], in every script: the lanes, comma-separated, in the order of their KEYS.
-- ARGV[2], in every script: how many entries the event stream keeps.
-- Numbers are read before the first write: an error in Lua keeps what was written before it.
local function integer(at)
  local number = tonumber(ARGV[at])
  if not number or number % 1 ~= 0 then error('ARGV[' .. at .. '] is not an integer') end
  return number
end

local lanes, event_cap = {}, integer(2)
local key_count = 11
for lane in string.gmatch(ARGV[1], '[^,]+') do
  lanes[#lanes + 1] = lane
  ready[lane], wake[lane] = KEYS[key_count + 1], KEYS[key_count + 2]
  key_count = key_count + 2
end

-- The server's clock in ms, read once per script; used for liveness, never for safety.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
