local moved = require("moved")
local rules = require("rules")
local sub = ngx.re.sub

local function redirect(location)
  ngx.status = 301
  ngx.header.location = location
  ngx.header.content_length = 0
end

return function()
  local path = ngx.var.uri
  local target = moved[path]
  if target then return redirect(target) end
  for i = 1, #rules do
    local rule = rules[i]
    local result, count = sub(path, rule[1], rule[2], "jo")
    if count > 0 then return redirect(result) end
  end
  ngx.header.content_length = 10
  ngx.print("not moved\n")
end
