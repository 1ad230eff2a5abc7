import cookie;

sub vcl_recv {
  if (req.url ~ "^/shop/") {
    cookie.parse(req.http.Cookie);
    if (cookie.get("variant") == "b") {
      set req.http.X-Variant = "b";
    } else {
      set req.http.X-Variant = "a";
    }
    set req.url = "/" + req.http.X-Variant + regsub(req.url, "^/shop", "");
    set req.http.X-Base = "/shop";
    unset req.http.X-Debug;
  }
  return (pass);
}
