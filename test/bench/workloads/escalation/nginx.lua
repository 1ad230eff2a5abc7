return function()
  local path = ngx.var.uri
  if path:sub(1, 6) ~= "/shop/" then return end
  local variant = ngx.var.cookie_variant == "b" and "b" or "a"
  local request = ngx.req
  request.set_uri("/" .. variant .. path:sub(6))
  request.set_header("X-Variant", variant)
  request.set_header("X-Base", "/shop")
  request.clear_header("X-Debug")
end
