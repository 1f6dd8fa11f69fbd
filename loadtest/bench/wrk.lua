-- Sends the bodies of a file (one a line) in order, over and over, from a given one on; prints one line of JSON at the
-- end. Arguments: file, offset, further header lines ("name: value").
local requests = {}
local next_index = 0

function init(args)
  local headers = { ["Content-Type"] = "application/json" }
  for i = 3, #args do
    local name, value = args[i]:match("^([^:]+): (.*)$")
    headers[name] = value
  end
  for body in io.lines(args[1]) do
    requests[#requests + 1] = wrk.format("POST", nil, headers, body)
  end
  next_index = tonumber(args[2]) % #requests
end

function request()
  next_index = next_index % #requests + 1
  return requests[next_index]
end

function done(summary, latency)
  local e = summary.errors
  io.write(string.format(
    '\nMACHTIG {"requests":%d,"errors":%d,"perSecond":%.1f,"p50Us":%d,"p99Us":%d}\n',
    summary.requests, e.connect + e.read + e.write + e.status + e.timeout,
    summary.requests / (summary.duration / 1e6), latency:percentile(50), latency:percentile(99)))
end
