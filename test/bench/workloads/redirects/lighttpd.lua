local r = lighty.r
local path = r.req_attr["uri.path"]

local target = require("moved")[path]
if target then
  r.resp_header["Location"] = target
  return 301
end

local rules = require("rules")
for i = 1, #rules do
  local rule = rules[i]
  local result, count = path:gsub(rule[1], rule[2])
  if count > 0 then
    r.resp_header["Location"] = result
    return 301
  end
end

r.resp_header["Content-Type"] = "text/plain"
r.resp_body.set("not moved\n")
return 200
