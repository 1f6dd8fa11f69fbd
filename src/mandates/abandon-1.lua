-- Gives up a copy that was being built. Whoever asked for it to be made the live one may not have heard the answer: then
-- it is to be left alone. If it is not live, it cannot become so any more.
-- KEYS head   ARGV name of the copy, prefix of its keys
-- Returns whether it is live.
if redis.call('HGET', KEYS[1], 'generation') == ARGV[1] then
  return 1
end
redis.call('SET', ARGV[2] .. 'loads', 'given up')
return 0
