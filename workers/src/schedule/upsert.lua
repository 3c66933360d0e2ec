-- Sets when ids are due. ARGV: base, then per partition: name, n, and n times id, due.
-- While an id is leased its due is remembered and applied when the lease is completed: never a second poll.
local at = 2
while at < #ARGV do
  local p, n = ARGV[at], tonumber(ARGV[at + 1])
  local ids, idle, busy = {}, {}, {}
  for i = 1, n do
    ids[i] = ARGV[at + 2 * i]
  end
  local tokens = on(base .. 'leased:' .. p, 'ZMSCORE', unpack(ids))
  for i = 1, n do
    local due = ARGV[at + 2 * i + 1]
    if tokens[i] then
      busy[#busy + 1] = ids[i]
      busy[#busy + 1] = due
    else
      idle[#idle + 1] = due
      idle[#idle + 1] = ids[i]
    end
  end
  if #idle > 0 then
    on(base .. 'due:' .. p, 'ZADD', unpack(idle))
  end
  if #busy > 0 then
    on(base .. 'later:' .. p, 'HSET', unpack(busy))
  end
  plan(p, budget(p))
  at = at + 2 + 2 * n
end
return junk
