local r = lighty.r
local path = require("root") .. "/cache" .. r.req_attr["uri.path"] .. ".html"
local page = lighty.c.stat(path)
if page and page.is_file then
  r.resp_header["Content-Type"] = "text/html"
  r.resp_header["ETag"] = page.etag
  r.resp_body.set({ { filename = path } })
  return 200
end
-- Otherwise mod_proxy answers.
