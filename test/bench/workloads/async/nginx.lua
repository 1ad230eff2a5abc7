return function()
  local answer = ngx.location.capture("/user")
  local text = "Hello, " .. answer.body .. "!\n"
  ngx.header.content_length = #text
  ngx.print(text)
end
