-- Writes budgets. ARGV: base, then per partition: name, emission_us, burst, cap, paused ('0' or '1').
for at = 2, #ARGV, 5 do
  local p = ARGV[at]
  on(base .. 'budget:' .. p, 'HSET', 'emission_us', ARGV[at + 1], 'burst', ARGV[at + 2], 'cap', ARGV[at + 3], 'paused', ARGV[at + 4])
  on(PARTITIONS, 'SADD', p)
  plan(p, budget(p))
end
return junk
