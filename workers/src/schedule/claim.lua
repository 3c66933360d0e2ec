-- Leases up to `want` due ids. ARGV: base, want, lease_us.
-- Returns token, wait_us (-1: nothing to wait for), whether the epoch is there, how much junk was met, and
-- a list of {partition, {id, due, id, due, ...}}.
local want, lease_us = tonumber(ARGV[2]), tonumber(ARGV[3])
local token = digits(now + lease_us)
local PARTITIONS_A_CLAIM, EXPIRED_A_VISIT = 256, 100
local groups = {}

-- Leases between two deadlines go back: due at once, or gone if retired meanwhile.
local function restore(p, from, to)
  local leased, later = base .. 'leased:' .. p, base .. 'later:' .. p
  for _, id in ipairs(on(leased, 'ZRANGE', from, to, 'BYSCORE', 'LIMIT', 0, EXPIRED_A_VISIT)) do
    local remembered = on(later, 'HGET', id)
    if remembered then
      on(later, 'HDEL', id)
    end
    on(leased, 'ZREM', id)
    if remembered ~= 'x' then
      on(base .. 'due:' .. p, 'ZADD', digits(now), id)
    end
  end
end

-- 1 to 9223372036854775807, without leading zeros.
local function is_id(member)
  if not string.find(member, '^[1-9]%d*$') then
    return false
  end
  return #member < 19 or (#member == 19 and member <= '9223372036854775807')
end

-- Writes the leases in pieces that fit the Lua stack. An id that is leased already stays with its holder.
local function lease(p, pairs_)
  local leased, fresh, group = base .. 'leased:' .. p, 0, pairs_
  for from = 1, #pairs_, 2000 do
    local piece = {}
    for i = from, math.min(from + 1999, #pairs_), 2 do
      piece[#piece + 1] = token
      piece[#piece + 1] = pairs_[i]
    end
    fresh = fresh + on(leased, 'ZADD', 'NX', unpack(piece))
  end
  if fresh * 2 < #pairs_ then
    group = {}
    for i = 1, #pairs_, 2 do
      if on(leased, 'ZSCORE', pairs_[i]) == token then
        group[#group + 1] = pairs_[i]
        group[#group + 1] = pairs_[i + 1]
      end
    end
  end
  return group
end

-- Takes up to `quota` due ids of one partition, within its concurrency cap and its budget.
-- Returns how many were taken, and whether more could have been.
local function take(p, b, quota)
  local due, leased = base .. 'due:' .. p, base .. 'leased:' .. p
  if on(leased, 'ZCARD') >= b.cap then
    restore(p, digits(now + LONGEST_LEASE_US), '+inf')
  end
  local cells = math.floor((now + b.burst * b.emission - b.tat) / b.emission)
  local n = math.min(quota, cells, b.cap - on(leased, 'ZCARD'))
  if n <= 0 then
    return 0, false
  end
  local found = on(due, 'ZRANGE', '-inf', digits(now), 'BYSCORE', 'LIMIT', 0, digits(n), 'WITHSCORES')
  if #found == 0 then
    return 0, false
  end
  on(due, 'ZREMRANGEBYRANK', 0, #found / 2 - 1)
  local good, junk_before = found, junk
  for i = 1, #found, 2 do
    if not is_id(found[i]) then
      quarantine(p, found[i])
      found[i] = false
    end
  end
  if junk > junk_before then
    good = {}
    for i = 1, #found, 2 do
      if found[i] then
        good[#good + 1] = found[i]
        good[#good + 1] = found[i + 1]
      end
    end
  end
  if #good == 0 then
    return 0, true
  end
  good = lease(p, good)
  local took = #good / 2
  if took > 0 then
    b.tat = b.tat + took * b.emission
    on(base .. 'budget:' .. p, 'HSET', 'tat', digits(math.ceil(b.tat)))
    groups[#groups + 1] = { p, good }
  end
  return took, took == quota
end

-- Each ready partition gets a fair share first; what others left over goes round once more.
local ready = on(AGENDA, 'ZRANGE', '-inf', digits(now), 'BYSCORE', 'LIMIT', 0, PARTITIONS_A_CLAIM)
local share = math.ceil(want / math.max(#ready, 1))
local visited, hungry = {}, {}
for _, p in ipairs(ready) do
  if want <= 0 then
    break
  end
  if #p > 40 or not string.find(p, '^[a-z]+%.[a-z0-9_]+$') then
    quarantine('agenda', p)
    on(AGENDA, 'ZREM', p)
  else
    local b = budget(p)
    visited[#visited + 1] = { p, b }
    if b then
      restore(p, '-inf', digits(now))
      local took, more = take(p, b, math.min(share, want))
      want = want - took
      if more then
        hungry[#hungry + 1] = { p, b }
      end
    end
  end
end
for _, v in ipairs(hungry) do
  if want <= 0 then
    break
  end
  want = want - take(v[1], v[2], want)
end
for _, v in ipairs(visited) do
  plan(v[1], v[2])
end

local wait = -1
local next_visit = tonumber(on(AGENDA, 'ZRANGE', 0, 0, 'WITHSCORES')[2])
if next_visit then
  wait = math.min(math.max(next_visit - now, 0), LONGEST_LEASE_US)
end
return { token, wait, redis.call('EXISTS', EPOCH), junk, groups }
