-- The generic cell rate algorithm: one number per client, the time at which all that it has
-- spent is earned again ("theoretical arrival time"). Source: ITU-T I.371, as leaky bucket.
local MICROSECONDS = 1000000
local now_us = time[1] * MICROSECONDS + time[2]

-- Returns the us until all is earned again, `cost` included if it is allowed now, and the us
-- until it is allowed, 0 for now. A clock that jumped back makes nobody owe more than a burst.
local function rate_limit(rate_key, interval, burst, cost)
  if interval == 0 then return 0, 0 end
  local spent = (tonumber(redis.call('GET', rate_key)) or 0) - now_us
  local debt = math.min(math.max(0, spent), burst * interval)
  local excess = debt + (cost - burst) * interval
  if excess > 0 then return debt, excess end
  return debt + cost * interval, 0
end

-- Writes what is spent; the key is gone when all is earned again.
local function spend_rate(rate_key, interval, debt)
  if interval == 0 then return end
  redis.call('SET', rate_key, string.format('%.0f', now_us + debt), 'PX', math.ceil(debt / 1000))
end
