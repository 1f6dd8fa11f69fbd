-- Tells readers that nothing was committed beyond `revision` at the stamp. Returns the number of the live generation. Behind admit.lua.
-- KEYS head, fence, stream   ARGV fence, stamp, revision, stream length, which copy is the live one everywhere (empty: there is but one partition)
local refusal = admit(KEYS[2], ARGV[1]) or expect_at(KEYS[1], ARGV[3])
if refusal then
  return refusal
end
local generation, told = unpack(redis.call('HMGET', KEYS[1], 'generation', 'told'))
if ARGV[5] ~= '' and generation ~= ARGV[5] then
  return redis.error_reply('CONFLICT the partitions of the projection are of several copies')
end
redis.call('XADD', KEYS[3], 'MAXLEN', '~', ARGV[4], '*', 'beat', ARGV[2], 'at', ARGV[3], 'told', told or '0')
return tonumber(string.match(generation, '^%d+'))
