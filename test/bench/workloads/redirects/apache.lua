local moved = require("moved")
local rules = require("rules")

local function send(r, location)
  r.status = 301
  r.headers_out["Location"] = location
  return apache2.OK
end

function redirect(r)
  local path = r.uri
  local target = moved[path]
  if target then return send(r, target) end
  for i = 1, #rules do
    local rule = rules[i]
    local result, count = path:gsub(rule[1], rule[2])
    if count > 0 then return send(r, result) end
  end
  r.content_type = "text/plain"
  r:write("not moved\n")
  return apache2.OK
end
