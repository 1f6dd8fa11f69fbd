-- Takes a generation number that no copy in this partition has ever had. Behind admit.lua.
-- KEYS generations, fence   ARGV fence, generation
local refusal = admit(KEYS[2], ARGV[1])
if refusal then
  return refusal
end
if tonumber(ARGV[2]) <= tonumber(redis.call('GET', KEYS[1]) or '0') then
  return redis.error_reply('CONFLICT generation ' .. ARGV[2] .. ' was taken before')
end
redis.call('SET', KEYS[1], ARGV[2])
return 1
