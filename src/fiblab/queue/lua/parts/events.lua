-- Transitions, noted while a script runs and appended to the stream at its end:
-- one entry per kind of transition, "jobs" being "<id>/<detail>" separated by spaces.
local noted, kinds = {}, {}

local function note(kind, id, detail)
  local jobs = noted[kind]
  if not jobs then
    jobs = {}
    noted[kind] = jobs
    kinds[#kinds + 1] = kind
  end
  jobs[#jobs + 1] = id .. '/' .. (detail or '')
end

local function flush_events(worker)
  for _, kind in ipairs(kinds) do
    redis.call('XADD', key.events, 'MAXLEN', '~', event_cap, '*',
      'kind', kind, 'jobs', table.concat(noted[kind], ' '), 'worker', worker or '')
  end
end
