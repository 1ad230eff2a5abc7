local checks = require("checks")
local find = string.find

local function decode(text)
  return (text:gsub("%%(%x%x)", function(digits) return string.char(tonumber(digits, 16)) end))
end

local function parse(text)
  local query = {}
  for name, value in text:gmatch("([^&=]+)=([^&]*)") do
    query[decode(name)] = decode(value)
  end
  return query
end

local function send(applet, status, text)
  applet:set_status(status)
  applet:add_header("content-type", "text/plain")
  applet:add_header("content-length", #text)
  applet:start_response()
  applet:send(text)
end

core.register_service("validate", "http", function(applet)
  local query = parse(applet.qs)
  local headers = applet.headers
  for i = 1, #checks do
    local check = checks[i]
    local name = check[2]
    local value
    if check[1] == "query" then
      value = query[name]
    else
      local field = headers[name]
      value = field and field[0]
    end
    if not value or not find(value, check[3]) then return send(applet, 400, "invalid: " .. name .. "\n") end
  end
  send(applet, 200, "valid\n")
end)
