local moved = require("moved")
local rules = require("rules")

local function redirect(applet, location)
  applet:set_status(301)
  applet:add_header("location", location)
  applet:add_header("content-length", "0")
  applet:start_response()
end

core.register_service("redirect", "http", function(applet)
  local path = applet.path
  local target = moved[path]
  if target then return redirect(applet, target) end
  for i = 1, #rules do
    local rule = rules[i]
    local result, count = path:gsub(rule[1], rule[2])
    if count > 0 then return redirect(applet, result) end
  end
  applet:set_status(200)
  applet:add_header("content-type", "text/plain")
  applet:add_header("content-length", "10")
  applet:start_response()
  applet:send("not moved\n")
end)
