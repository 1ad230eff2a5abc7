local r = lighty.r
local checks = require("checks")
local query = lighty.c.urldec_query(r.req_attr["uri.query"])
local headers = r.req_header
local find = string.find

r.resp_header["Content-Type"] = "text/plain"
for i = 1, #checks do
  local check = checks[i]
  local name = check[2]
  local value
  if check[1] == "query" then value = query[name] else value = headers[name] end
  if not value or not find(value, check[3]) then
    r.resp_body.set("invalid: " .. name .. "\n")
    return 400
  end
end
r.resp_body.set("valid\n")
return 200
