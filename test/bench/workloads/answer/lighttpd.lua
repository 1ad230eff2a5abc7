local r = lighty.r
r.resp_body.set("123")
r.resp_header["Content-Type"] = "text/plain"
return 200
