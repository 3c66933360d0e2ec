-- Stands before every script of the due set.
-- ARGV[1] is the set's base, '{prefix}:<set>:'. All keys begin with it, so they share one hash tag.
--   agenda        zset  partition -> when it may next be served (us)
--   due:<p>       zset  id -> due (us)
--   leased:<p>    zset  id -> lease deadline (us), which is also the fencing token
--   later:<p>     hash  id -> due remembered while leased, or 'x' for retired
--   budget:<p>    hash  emission_us burst cap paused tat
--   partitions    set   names of the partitions that have a budget
--   quarantine    set   members that were no ids, at most 1,000
--   broken        what stood last under a key of ours with the wrong type
--   epoch         present while the set is known to be complete
local base = ARGV[1]
local AGENDA, EPOCH = base .. 'agenda', base .. 'epoch'
local PARTITIONS, QUARANTINE = base .. 'partitions', base .. 'quarantine'
local clock = redis.call('TIME')
local now = clock[1] * 1000000 + clock[2]
local junk = 0
-- A lease that ends later than this from now was not made by us.
local LONGEST_LEASE_US = 3600000000
-- A start is taken from a budget at most so long ahead.
local LONGEST_RESERVE_US = 5000000

-- All digits, never an exponent.
local function digits(n)
  return string.format('%.0f', n)
end

-- One command on one key. A key of the wrong type was not written by us: it is moved aside, the epoch goes
-- with it so that the set is rebuilt from Postgres, and the command runs on the key that is now absent.
local function on(key, command, ...)
  local reply = redis.pcall(command, key, ...)
  if type(reply) ~= 'table' or not reply.err then
    return reply
  end
  if not string.find(reply.err, 'WRONGTYPE', 1, true) then
    error(reply.err)
  end
  redis.call('RENAME', key, base .. 'broken')
  redis.call('DEL', EPOCH)
  junk = junk + 1
  return redis.call(command, key, ...)
end

-- Members that are no ids are kept for a person to look at, and never handed out.
local function quarantine(where, member)
  junk = junk + 1
  if on(QUARANTINE, 'SCARD') < 1000 then
    on(QUARANTINE, 'SADD', where .. ' ' .. string.sub(member, 1, 200))
  end
end

-- nil: the partition has no budget or is paused, so nothing of it is served.
local function budget(p)
  local b = on(base .. 'budget:' .. p, 'HMGET', 'emission_us', 'burst', 'cap', 'paused', 'tat')
  local emission, burst, cap = tonumber(b[1]), tonumber(b[2]), tonumber(b[3])
  if not (emission and burst and cap) or b[4] ~= '0' then
    return nil
  end
  -- No honest arrival time lies further ahead than the burst and what may be taken ahead: a smaller budget, a clock
  -- set back.
  local tat, furthest = tonumber(b[5]) or now, now + burst * emission + LONGEST_RESERVE_US
  if not (tat <= furthest) then
    tat = furthest
  end
  return { emission = emission, burst = burst, cap = cap, tat = math.max(tat, now) }
end

-- Writes when the partition may next be served: its first due id once the budget allows it, or the end of a lease.
local function plan(p, b)
  local at
  if b then
    local leased = base .. 'leased:' .. p
    local first = on(leased, 'ZRANGE', 0, 0, 'WITHSCORES')
    at = tonumber(first[2])
    if at and at > now + LONGEST_LEASE_US then
      at = now
    end
    if on(leased, 'ZCARD') < b.cap then
      first = on(base .. 'due:' .. p, 'ZRANGE', 0, 0, 'WITHSCORES')
      local due = tonumber(first[2])
      if due then
        due = math.max(due, b.tat - (b.burst - 1) * b.emission)
        at = math.min(due, at or due)
      end
    end
  end
  if at then
    -- Never in the past: a partition with a backlog goes to the back of the row, behind those that wait.
    on(AGENDA, 'ZADD', digits(math.max(math.ceil(at), now)), p)
  else
    on(AGENDA, 'ZREM', p)
  end
end
