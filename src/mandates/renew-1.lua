-- Takes what one partition holds into another epoch, as it is. Behind admit.lua.
-- KEYS head, fence, stream
-- ARGV fence, generation, revision, hash, lineage, the revision in that epoch, stream length
local refusal = admit(KEYS[2], ARGV[1])
if refusal then
  return refusal
end
local header, generation, at, hash, lineage =
  unpack(redis.call('HMGET', KEYS[1], 'header', 'generation', 'revision', 'hash', 'lineage'))
if not header or generation ~= ARGV[2] or hash ~= ARGV[4] or lineage ~= ARGV[5] or (at ~= ARGV[3] and at ~= ARGV[6]) then
  return redis.error_reply('CONFLICT the projection is not what was to be taken into another epoch any more')
end
-- A leader that died half-way had come as far.
if at == ARGV[6] then
  return 0
end
redis.call('HSET', KEYS[1], 'revision', ARGV[6])
redis.call('HINCRBY', KEYS[1], 'told', 1)
-- To readers it is as if another copy had taken its place.
redis.call('XADD', KEYS[3], 'MAXLEN', '~', ARGV[7], '*', 'generation', string.match(generation, '^%d+'), 'at', ARGV[6])
return 1
