--@include events
--@include record
--@include dead_letter
--@include reclaim
-- Claims jobs: claim = { key, nonce, lanes, limit, visibility_ms, max_attempts, dead_letter_cap,
-- backoff_cap_ms }. Ids and their attempts go in two lists of one order.
-- What the worker's last claim still holds, if this is that claim again after a lost reply.
local function claimed_before(claim)
  local last, still = redis.call('GET', claim.key), {}
  local nonce, ids = string.match(last or '', '^(%S+) (.*)$')
  if nonce ~= claim.nonce then return still, {} end
  for id in string.gmatch(ids, '%S+') do
    if holds(id, nonce) then still[#still + 1] = id end
  end
  return still, read_all(key.attempts, still)
end

-- The attempt counts from here on, so that a job which kills its worker is counted too.
local function begin_attempts(popped, claim, ids, attempts)
  local before = read_all(key.attempts, popped)
  for at, id in ipairs(popped) do
    local attempt = (tonumber(before[at]) or 0) + 1
    if attempt > claim.max_attempts then
      bury(id, attempt - 1, 'worker_died',
        'Each worker that claimed this job died or lost its lease.', claim.dead_letter_cap)
    else
      ids[#ids + 1], attempts[#attempts + 1] = id, tostring(attempt)
      note('claimed', id, attempts[#attempts])
    end
  end
end

local function pop_by_lane_order(claim)
  local ids, attempts = {}, {}
  for _, lane in ipairs(claim.lanes) do
    while #ids < claim.limit do
      local popped = redis.call('RPOP', ready[lane], claim.limit - #ids)
      if not popped then break end
      begin_attempts(popped, claim, ids, attempts)
    end
  end
  return ids, attempts
end

local function lease(ids, attempts, claim)
  local counts, nonces, ends, deadline = {}, {}, {}, string.format('%d', now + claim.visibility_ms)
  for at, id in ipairs(ids) do
    counts[2 * at - 1], counts[2 * at] = id, attempts[at]
    nonces[2 * at - 1], nonces[2 * at] = id, claim.nonce
    -- From the last one on: ids mostly ascend, and each then belongs before all that are there.
    ends[2 * at - 1], ends[2 * at] = deadline, ids[#ids - at + 1]
  end
  write_all('HSET', key.attempts, counts)
  write_all('HSET', key.nonce, nonces)
  write_all('ZADD', key.leases, ends)
  -- Longer than the lease, shorter than any worker's memory of it.
  redis.call('SET', claim.key, claim.nonce .. ' ' .. table.concat(ids, ' '), 'PX', 2 * claim.visibility_ms)
end

local function claim_anew(claim)
  if redis.call('EXISTS', key.paused) == 1 then return {}, {} end
  pull_in(key.delayed, claim.backoff_cap_ms)
  pull_in(key.leases, claim.visibility_ms)
  promote_delayed()
  take_back_expired()
  local ids, attempts = pop_by_lane_order(claim)
  if #ids > 0 then lease(ids, attempts, claim) end
  return ids, attempts
end

-- Returns id, record, attempt, id, record, attempt, … of what the claim holds.
local function claim_some(claim)
  local ids, attempts = claimed_before(claim)
  if #ids == 0 then ids, attempts = claim_anew(claim) end
  local records, reply = read_all(key.job, ids), {}
  for at, id in ipairs(ids) do
    reply[3 * at - 2], reply[3 * at - 1], reply[3 * at] = id, records[at], attempts[at]
  end
  return reply
end
