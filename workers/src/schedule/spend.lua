-- Takes one start from a partition's budget ahead of time, for a request that follows another within a poll. The later
-- claims of everybody wait for it. ARGV: base, partition, the longest wait the caller accepts (us).
-- Returns how long the caller waits before it starts (us), or -1 if that would be too long, or nothing may start.
local p = ARGV[2]
local b = budget(p)
if not b then
  return -1
end
local wait = math.max(0, math.ceil(b.tat + b.emission - now - b.burst * b.emission))
if wait > math.min(tonumber(ARGV[3]), LONGEST_RESERVE_US) then
  return -1
end
b.tat = b.tat + b.emission
on(base .. 'budget:' .. p, 'HSET', 'tat', digits(math.ceil(b.tat)))
plan(p, b)
return wait
