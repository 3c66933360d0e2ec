-- Takes ids out of the set. ARGV: base, then per partition: name, n, and n ids.
-- While an id is leased this is remembered, and the id goes when the lease ends.
local at = 2
while at < #ARGV do
  local p, n = ARGV[at], tonumber(ARGV[at + 1])
  local ids, busy = {}, {}
  for i = 1, n do
    ids[i] = ARGV[at + 1 + i]
  end
  local tokens = on(base .. 'leased:' .. p, 'ZMSCORE', unpack(ids))
  for i = 1, n do
    if tokens[i] then
      busy[#busy + 1] = ids[i]
      busy[#busy + 1] = 'x'
    end
  end
  on(base .. 'due:' .. p, 'ZREM', unpack(ids))
  if #busy > 0 then
    on(base .. 'later:' .. p, 'HSET', unpack(busy))
  end
  plan(p, budget(p))
  at = at + 2 + n
end
return junk
