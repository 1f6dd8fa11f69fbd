-- Writes into a copy that is being built. Behind admit.lua and ops.lua.
-- KEYS fence   ARGV fence, prefix of the copy's keys, ops
local refusal = still_admitted(KEYS[1], ARGV[1])
if refusal then
  return refusal
end
stay(ARGV[2])
apply_ops(ARGV[2], ARGV[3])
redis.call('INCR', ARGV[2] .. 'loads')
return 1
