import rules from "rules.js";

function send(r, location) {
  r.status = 301;
  r.headersOut.Location = location;
  r.headersOut["Content-Length"] = 0;
  r.sendHeader();
  r.finish();
}

function redirect(r) {
  const target = r.variables.moved;
  if (target) return send(r, target);
  const path = r.uri;
  for (let i = 0; i < rules.length; i++) {
    const rule = rules[i];
    if (rule[0].test(path)) return send(r, path.replace(rule[0], rule[1]));
  }
  r.return(200, "not moved\n");
}

export default { redirect };
