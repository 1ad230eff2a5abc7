// In front of it stands `checks`.
({ url, headers }) => {
  const query = {};
  for (const pair of (url.split("?")[1] ?? "").split("&")) {
    const [name, value = ""] = pair.split("=");
    query[decodeURIComponent(name)] = decodeURIComponent(value);
  }
  for (const [place, name, pattern] of checks) {
    const value = place === "query" ? query[name] : headers[name];
    if (value === undefined || !pattern.test(value)) return { status: 400, body: `invalid: ${name}\n` };
  }
  return { body: "valid\n" };
};
