--@include events
--@include record
--@include dead_letter
-- Puts jobs into their lanes, in their order: jobs = { { id, lane, payload }, … }, none of which is there.
-- Earlier dead letters of the same ids give way: to ask again is to try again.
local function add_jobs(jobs)
  local ids, records, of_lane = {}, {}, {}
  for at, job in ipairs(jobs) do
    local id, lane, payload = unpack(job)
    ids[at] = id
    records[#records + 1], records[#records + 2] = id, lane .. ' ' .. now .. ' ' .. payload
    of_lane[lane] = of_lane[lane] or {}
    table.insert(of_lane[lane], id)
    note('enqueued', id, lane)
  end
  write_all('HSET', key.job, records)
  drop_dead_letters(ids)
  for lane, added in pairs(of_lane) do
    push_tail(lane, added)
    wake_lane(lane, #added)
  end
end
