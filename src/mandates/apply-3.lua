-- One batch in one partition: data, cursor and stream entry, or nothing. Behind admit.lua and ops.lua.
-- KEYS head, fence, stream
-- ARGV fence, from, to, hash, prefix of the partition's keys, ops, packed keys (empty: all), stream length, may be ahead
local fence, from, to, hash, prefix, ops, keys, stream_length, may_be_ahead = unpack(ARGV)
local refusal = admit(KEYS[2], fence)
if refusal then
  return refusal
end
local at = redis.call('HGET', KEYS[1], 'revision')
if may_be_ahead == '1' and at and is_beyond(at, from) then
  -- After a crash between two partitions this one has the batch, or the first part of it, already.
  if at == to or is_beyond(at, to) then
    return 0
  end
else
  refusal = expect_at(KEYS[1], from)
  if refusal then
    return refusal
  end
end
stay(prefix)
local is_whole, why = pcall(apply_ops, prefix .. redis.call('HGET', KEYS[1], 'generation') .. ':', ops)
if not is_whole then
  -- Redis refused (a table; it does so before the first write), or the copy is damaged and now half written: then it is
  -- nobody's copy any more, and sync builds another.
  if type(why) == 'table' then
    return why
  end
  redis.call('HDEL', KEYS[1], 'header')
  return redis.error_reply('CONFLICT the projection is damaged: ' .. why)
end
redis.call('HSET', KEYS[1], 'revision', to, 'hash', hash)
redis.call('HINCRBY', KEYS[1], 'told', 1)
if keys == 'all' then
  redis.call('XADD', KEYS[3], 'MAXLEN', '~', stream_length, '*', 'from', at, 'to', to, 'all', '1')
else
  redis.call('XADD', KEYS[3], 'MAXLEN', '~', stream_length, '*', 'from', at, 'to', to, 'keys', keys)
end
return 1
