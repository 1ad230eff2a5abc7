core.register_action("choose", { "http-req" }, function(txn)
  local variant = txn.f:req_cook("variant") == "b" and "b" or "a"
  local http = txn.http
  http:req_set_path("/" .. variant .. txn.f:path():sub(6))
  http:req_set_header("X-Variant", variant)
  http:req_set_header("X-Base", "/shop")
  http:req_del_header("X-Debug")
end)
