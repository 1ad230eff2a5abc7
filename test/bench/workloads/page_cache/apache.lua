local backend = os.getenv("BACKEND")

function find(r)
  local path = r.document_root .. "/cache" .. r.uri .. ".html"
  local page = r:stat(path)
  if page and page.filetype == 1 then
    r.filename = path
    return apache2.OK
  end
  r.handler = "proxy-server"
  r.proxyreq = apache2.PROXYREQ_REVERSE
  r.filename = "proxy:" .. backend .. r.unparsed_uri
  return apache2.OK
end
