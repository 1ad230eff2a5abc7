local r = lighty.r
local c = lighty.c
local query = c.urldec_query(r.req_attr["uri.query"])
local expires = query["expires"] or ""
local expected = c.hmac("sha1", "stone upon stone", r.req_attr["uri.path"] .. "\n" .. expires)

local function refuse(status, text)
  r.resp_header["Content-Type"] = "text/plain"
  r.resp_body.set(text)
  return status
end

if not c.digest_eq(query["signature"] or "", expected) then return refuse(403, "forbidden\n") end
if (tonumber(expires) or 0) < c.time() then return refuse(410, "expired\n") end
-- Otherwise lighttpd sends the file.
