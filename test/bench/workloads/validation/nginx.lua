local checks = require("checks")
local find = ngx.re.find

local function send(status, text)
  ngx.status = status
  ngx.header.content_length = #text
  ngx.print(text)
end

return function()
  local query = ngx.req.get_uri_args()
  local headers = ngx.req.get_headers()
  for i = 1, #checks do
    local check = checks[i]
    local name = check[2]
    local value = (check[1] == "query" and query or headers)[name]
    if not value or not find(value, check[3], "jo") then return send(400, "invalid: " .. name .. "\n") end
  end
  send(200, "valid\n")
end
