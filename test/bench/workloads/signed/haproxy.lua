-- "stone upon stone" in base64, as the converter wants its key.
local secret = "c3RvbmUgdXBvbiBzdG9uZQ=="

local function verdict(txn)
  local expires = txn.f:url_param("expires") or ""
  local signature = txn.f:url_param("signature") or ""
  local expected = txn.c:hex(txn.c:hmac(txn.f:path() .. "\n" .. expires, "sha1", secret))
  if signature ~= expected:lower() then return "forbidden" end
  if (tonumber(expires) or 0) < core.now().sec then return "expired" end
  return "fine"
end

core.register_action("check", { "http-req" }, function(txn)
  txn:set_var("txn.verdict", verdict(txn))
end)
