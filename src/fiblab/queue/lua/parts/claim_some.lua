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
-- Returns the ids that were leased: all but those that are given up here.
local function lease(ids, claim)
  local before, leased = read_all(key.attempts, ids), {}
  local attempts, nonces, leases = {}, {}, {} -- a member and its value, in the order of their command
  for at, id in ipairs(ids) do
    local attempt = (tonumber(before[at]) or 0) + 1
    if attempt > claim.max_attempts then
      bury(id, attempt - 1, 'worker_died',
        'Each worker that claimed this job died or lost its lease.', claim.dead_letter_cap)
    else
      leased[#leased + 1] = id
      attempts[#attempts + 1], attempts[#attempts + 2] = id, attempt
      nonces[#nonces + 1], nonces[#nonces + 2] = id, claim.nonce
      leases[#leases + 1], leases[#leases + 2] = now + claim.visibility_ms, id
      note('claimed', id, attempt)
    end
  end
  write_all('HSET', key.attempts, attempts)
  write_all('HSET', key.nonce, nonces)
  write_all('ZADD', key.leases, leases)
  return leased
end

local function pop_by_lane_order(claim)
  local ids = {}
  for _, lane in ipairs(claim.lanes) do
    while #ids < claim.limit do
      local popped = redis.call('RPOP', ready[lane], claim.limit - #ids)
      if not popped then break end
      for _, id in ipairs(lease(popped, claim)) do ids[#ids + 1] = id end
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
  local records, attempts = read_all(key.job, ids), read_all(key.attempts, ids)
  local reply = {}
  for at, id in ipairs(ids) do
    local size = #reply
    reply[size + 1], reply[size + 2], reply[size + 3] = id, records[at], attempts[at]
  end
  return reply
end
