local r = lighty.r
local rest = r.req_attr["uri.path"]:match("^/shop(/.*)$")
if not rest then return end

local cookie = r.req_header["Cookie"]
local variant = cookie and lighty.c.cookie_tokens(cookie)["variant"] == "b" and "b" or "a"
local path = "/" .. variant .. rest
r.req_attr["request.uri"] = path
r.req_attr["uri.path"] = path
r.req_header["X-Variant"] = variant
r.req_header["X-Base"] = "/shop"
r.req_header["X-Debug"] = ""
