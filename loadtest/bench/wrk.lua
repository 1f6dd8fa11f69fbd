-- Sends the bodies of a file (one a line), drawn independently by a seed, or in order from a given one on, over and over;
-- prints one line of JSON at the end. Arguments: file, offset, seed or "-", further header lines ("name: value").
local requests = {}
local next_index = 0
local state = nil

function init(args)
  local headers = { ["Content-Type"] = "application/json" }
  for i = 4, #args do
    local name, value = args[i]:match("^([^:]+): (.*)$")
    headers[name] = value
  end
  for body in io.lines(args[1]) do
    requests[#requests + 1] = wrk.format("POST", nil, headers, body)
  end
  next_index = tonumber(args[2]) % #requests
  state = tonumber(args[3])
end

-- The same draws as those of load-options.ts.
local function draw()
  state = (state * 1664525 + 1013904223) % 4294967296
  return math.floor(state / 4294967296 * #requests) + 1
end

function request()
  if state then return requests[draw()] end
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
