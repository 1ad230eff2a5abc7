local url = os.getenv("BACKEND") .. "/user"

core.register_service("greet", "http", function(applet)
  local answer = core.httpclient():get({ url = url })
  local text = "Hello, " .. answer.body .. "!\n"
  applet:set_status(200)
  applet:add_header("content-type", "text/plain")
  applet:add_header("content-length", #text)
  applet:start_response()
  applet:send(text)
end)
