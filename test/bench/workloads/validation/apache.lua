local checks = require("checks")
local find = string.find

function validate(r)
  local query = r:parseargs()
  local headers = r.headers_in
  r.content_type = "text/plain"
  for i = 1, #checks do
    local check = checks[i]
    local name = check[2]
    local value
    if check[1] == "query" then value = query[name] else value = headers[name] end
    if not value or not find(value, check[3]) then
      r.status = 400
      r:write("invalid: " .. name .. "\n")
      return apache2.OK
    end
  end
  r:write("valid\n")
  return apache2.OK
end
