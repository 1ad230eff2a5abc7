({ url }) => {
  const [path, query = ""] = url.split("?");
  const parameters = Object.fromEntries(query.split("&").map((pair) => pair.split("=")));
  const { expires = "", signature } = parameters;
  if (signature !== hmac("stone upon stone", `${path}\n${expires}`))
    return { status: 403, body: "forbidden\n" };
  if (Number(expires) < Date.now() / 1000) return { status: 410, body: "expired\n" };
  return { file: path };
};
