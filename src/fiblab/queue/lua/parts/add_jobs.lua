--@include events
--@include record
--@include dead_letter
-- Puts jobs into their lanes, in their order; none of them is there. Three lists of one order.
-- Earlier dead letters of the same ids give way: to ask again is to try again.
local function add_jobs(ids, lane_names, payloads)
  local enqueued = string.format(' %d ', now)
  local records, of_lane = {}, {}
  for at, id in ipairs(ids) do
    local lane = lane_names[at]
    records[2 * at - 1], records[2 * at] = id, lane .. enqueued .. payloads[at]
    local added = of_lane[lane] or {}
    of_lane[lane], added[#added + 1] = added, id
    note('enqueued', id, lane)
  end
  write_all('HSET', key.job, records)
  drop_dead_letters(ids)
  for lane, added in pairs(of_lane) do
    push_tail(lane, added)
    wake_lane(lane, #added)
  end
end
