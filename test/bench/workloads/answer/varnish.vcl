sub vcl_recv { return (synth(200)); }
sub vcl_synth {
  set resp.http.Content-Type = "text/plain";
  synthetic("123");
  return (deliver);
}
