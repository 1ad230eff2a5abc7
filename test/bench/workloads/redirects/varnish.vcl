# Behind the sub `moved`, which sets X-Location for what has moved. There is no table in VCL, only a chain of conditions.
sub vcl_recv {
  unset req.http.X-Location;
  call moved;
  if (req.http.X-Location) { return (synth(301)); }
  return (synth(200));
}
sub vcl_synth {
  if (resp.status == 301) {
    set resp.http.Location = req.http.X-Location;
    synthetic("");
  } else {
    set resp.http.Content-Type = "text/plain";
    synthetic({"not moved
"});
  }
  return (deliver);
}
