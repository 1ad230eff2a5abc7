function answer(r)
  r.content_type = "text/plain"
  r:write("123")
  return apache2.OK
end
