--@include events
--@include record
--@include dead_letter
--@include reclaim
-- Claims jobs: claim = { key, nonce, lanes, limit, visibility_ms, max_attempts, dead_letter_cap,
-- backoff_cap_ms }.

-- What the worker's last claim still holds, if this is that claim again after a lost reply.
local function claimed_before(claim)
  local last, still = redis.call('GET', claim.key), {}
  local nonce, ids = string.match(last or '', '^(%S+) (.*)$')
  if nonce ~= claim.nonce then return still end
  for id in string.gmatch(ids, '%S+') do
    if holds(id, nonce) then still[#still + 1] = id end
  end
  return still
end

-- The attempt counts from here on, so that a job which kills its worker is counted too.
local function lease_one(id, claim)
  local attempt = redis.call('HINCRBY', key.attempts, id, 1)
  if attempt > claim.max_attempts then
    bury(id, attempt - 1, 'worker_died',
      'Each worker that claimed this job died or lost its lease.', claim.dead_letter_cap)
    return false
  end
  redis.call('HSET', key.nonce, id, claim.nonce)
  redis.call('ZADD', key.leases, now + claim.visibility_ms, id)
  note('claimed', id, attempt)
  return true
end

local function pop_by_lane_order(claim)
  local ids = {}
  for _, lane in ipairs(claim.lanes) do
    while #ids < claim.limit do
      local id = redis.call('RPOP', ready[lane])
      if not id then break end
      if lease_one(id, claim) then ids[#ids + 1] = id end
    end
  end
  return ids
end

local function claim_anew(claim)
  if redis.call('EXISTS', key.paused) == 1 then return {} end
  pull_in(key.delayed, claim.backoff_cap_ms)
  pull_in(key.leases, claim.visibility_ms)
  promote_delayed()
  take_back_expired()
  local ids = pop_by_lane_order(claim)
  if #ids > 0 then
    -- Longer than the lease, shorter than any worker's memory of it.
    redis.call('SET', claim.key, claim.nonce .. ' ' .. table.concat(ids, ' '), 'PX', 2 * claim.visibility_ms)
  end
  return ids
end

-- Returns id, record, attempt, id, record, attempt, … of what the claim holds.
local function claim_some(claim)
  local ids = claimed_before(claim)
  if #ids == 0 then ids = claim_anew(claim) end
  local reply = {}
  for _, id in ipairs(ids) do
    reply[#reply + 1] = id
    reply[#reply + 1] = redis.call('HGET', key.job, id)
    reply[#reply + 1] = redis.call('HGET', key.attempts, id)
  end
  return reply
end
