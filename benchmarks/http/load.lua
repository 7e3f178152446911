-- The load: which numbers are asked for. `wrk -s load.lua URL -- GET|POST`
--
-- Half of all requests are for ten hot numbers, the rest is spread. All of a GET's are known; of a
-- POST's every tenth is not, and becomes a job: the first time it is queued, then it is in the queue.
local HOT, KNOWN, UNKNOWN = 10, 1001, 1000
local REQUESTS = 4096 -- made before the clock runs, then sent round and round
local made, sent = {}, 0

local function any_index(method)
  local chance = math.random()
  if chance < 0.5 then return math.random(0, HOT - 1) end
  if method == 'POST' and chance >= 0.9 then return KNOWN + math.random(0, UNKNOWN - 1) end
  return math.random(0, KNOWN - 1)
end

function init(arguments)
  local method = arguments[1]
  math.randomseed(1)
  for number = 1, REQUESTS do
    made[number] = wrk.format(method, '/api/v1/fibonacci/' .. any_index(method))
  end
end

function request()
  sent = sent % REQUESTS + 1
  return made[sent]
end

-- One line of JSON, which load.py reads.
function done(summary, latency)
  local errors = summary.errors
  local broken = errors.connect + errors.read + errors.write + errors.timeout
  io.write(string.format(
    '\n{"answers":%d,"seconds":%.6f,"refused":%d,"broken":%d,"p50_ms":%.4f,"p99_ms":%.4f}\n',
    summary.requests, summary.duration / 1e6, errors.status, broken,
    latency:percentile(50) / 1e3, latency:percentile(99) / 1e3))
end
