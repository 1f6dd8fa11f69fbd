-- Makes a copy the live one. Behind admit.lua.
-- KEYS head, fence, stream
-- ARGV fence, generation, revision, hash, header, layout, key id, key check, partitions, stream length
local refusal = still_admitted(KEYS[2], ARGV[1])
if refusal then
  return refusal
end
redis.call('DEL', KEYS[1])
redis.call('HSET', KEYS[1], 'generation', ARGV[2], 'revision', ARGV[3], 'hash', ARGV[4], 'header', ARGV[5],
  'layout', ARGV[6], 'key_id', ARGV[7], 'key_check', ARGV[8], 'partitions', ARGV[9])
redis.call('XADD', KEYS[3], 'MAXLEN', '~', ARGV[10], '*', 'generation', ARGV[2], 'at', ARGV[3])
return 1
