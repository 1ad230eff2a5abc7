import checks from "checks.js";

function validate(r) {
  const query = r.args;
  const headers = r.headersIn;
  for (let i = 0; i < checks.length; i++) {
    const check = checks[i];
    const value = check[0] === "query" ? query[check[1]] : headers[check[1]];
    if (value === undefined || !check[2].test(value)) return r.return(400, `invalid: ${check[1]}\n`);
  }
  r.return(200, "valid\n");
}

export default { validate };
