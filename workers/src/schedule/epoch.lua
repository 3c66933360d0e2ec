-- Marks the set as complete, unless the budgets written before are gone: then Redis was emptied meanwhile and
-- what was built since is not all of it. ARGV: base.
if on(PARTITIONS, 'SCARD') == 0 then
  return 0
end
redis.call('SET', EPOCH, digits(now))
return 1
