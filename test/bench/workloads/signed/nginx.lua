local ffi = require("ffi")
ffi.cdef([[unsigned char *ngx_hex_dump(unsigned char *dst, const unsigned char *src, size_t len);]])
local digits = ffi.new("unsigned char[40]")
local hmac = ngx.hmac_sha1

local function sign(text)
  ffi.C.ngx_hex_dump(digits, hmac("stone upon stone", text), 20)
  return ffi.string(digits, 40)
end

local function refuse(status, text)
  ngx.status = status
  ngx.header.content_type = "text/plain"
  ngx.header.content_length = #text
  ngx.print(text)
  ngx.exit(ngx.HTTP_OK)
end

return function()
  local query = ngx.req.get_uri_args()
  local expires = query.expires or ""
  if query.signature ~= sign(ngx.var.uri .. "\n" .. expires) then return refuse(403, "forbidden\n") end
  if (tonumber(expires) or 0) < ngx.time() then return refuse(410, "expired\n") end
end
