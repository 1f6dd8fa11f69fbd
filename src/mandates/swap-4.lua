-- Makes a copy the live one. Behind admit.lua.
-- KEYS head, fence, stream
-- ARGV fence, generation, revision, hash, header, layout, key id, key check, partitions, stream length, prefix of
--   the copy's keys, how often it was loaded into, lineage of what it holds, name of the projection
local refusal = still_admitted(KEYS[2], ARGV[1])
if refusal then
  return refusal
end
-- A Redis that came back from a memory of some moments ago, or lost what it was told, has half a copy.
if (redis.call('GET', ARGV[11] .. 'loads') or '0') ~= ARGV[12] then
  return redis.error_reply('CONFLICT Redis has lost a part of the copy that was being built')
end
stay(ARGV[11])
redis.call('DEL', ARGV[11] .. 'loads')
local told = redis.call('HGET', KEYS[1], 'told') or '0'
redis.call('DEL', KEYS[1])
redis.call('HSET', KEYS[1], 'generation', ARGV[2], 'revision', ARGV[3], 'hash', ARGV[4], 'header', ARGV[5],
  'layout', ARGV[6], 'key_id', ARGV[7], 'key_check', ARGV[8], 'partitions', ARGV[9],
  'lineage', ARGV[13], 'name', ARGV[14], 'told', told + 1)
redis.call('XADD', KEYS[3], 'MAXLEN', '~', ARGV[10], '*', 'generation', string.match(ARGV[2], '^%d+'), 'at', ARGV[3])
return 1
