local backend = os.getenv("BACKEND")

function choose(r)
  local path = r.unparsed_uri
  if path:sub(1, 6) ~= "/shop/" then return apache2.DECLINED end
  local variant = r:getcookie("variant") == "b" and "b" or "a"
  r.headers_in["X-Variant"] = variant
  r.headers_in["X-Base"] = "/shop"
  r.headers_in["X-Debug"] = nil
  r.handler = "proxy-server"
  r.proxyreq = apache2.PROXYREQ_REVERSE
  r.filename = "proxy:" .. backend .. "/" .. variant .. path:sub(6)
  return apache2.OK
end
