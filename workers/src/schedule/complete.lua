-- Ends leases. ARGV: base, then per partition: name, n, and n times id, token, next due ('' removes the id).
-- A token that does not match is a stale holder's: its completion is ignored. Returns how many were accepted.
local accepted, at = 0, 2

-- The earlier of what the holder and an upsert meanwhile want: starting early is set right by the row, late by nothing.
local function settled(next_due, remembered)
  if remembered == 'x' then
    return ''
  end
  local other = tonumber(remembered)
  if other and (next_due == '' or other < tonumber(next_due)) then
    return remembered
  end
  return next_due
end

while at < #ARGV do
  local p, n = ARGV[at], tonumber(ARGV[at + 1])
  local due, leased, later = base .. 'due:' .. p, base .. 'leased:' .. p, base .. 'later:' .. p
  local ids = {}
  for i = 1, n do
    ids[i] = ARGV[at + 3 * i - 1]
  end
  local tokens = on(leased, 'ZMSCORE', unpack(ids))
  local remembered = on(later, 'HLEN') > 0 and on(later, 'HMGET', unpack(ids)) or {}
  local done, back, forget = {}, {}, {}
  for i = 1, n do
    if tokens[i] and tokens[i] == ARGV[at + 3 * i] then
      done[#done + 1] = ids[i]
      local next_due = ARGV[at + 3 * i + 1]
      if remembered[i] then
        forget[#forget + 1] = ids[i]
        next_due = settled(next_due, remembered[i])
      end
      if next_due ~= '' then
        back[#back + 1] = next_due
        back[#back + 1] = ids[i]
      end
    end
  end
  if #done > 0 then
    on(leased, 'ZREM', unpack(done))
  end
  if #back > 0 then
    on(due, 'ZADD', unpack(back))
  end
  if #forget > 0 then
    on(later, 'HDEL', unpack(forget))
  end
  plan(p, budget(p))
  accepted = accepted + #done
  at = at + 2 + 3 * n
end
return accepted
