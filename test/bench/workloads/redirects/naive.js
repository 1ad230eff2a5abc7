// In front of it stand `moved` and `rules`.
const table = new Map(moved);

const redirect = (location) => ({ status: 301, headers: { location } });

({ url }) => {
  const path = url.split("?")[0];
  const target = table.get(path);
  if (target !== undefined) return redirect(target);
  for (const [pattern, replacement] of rules) {
    if (pattern.test(path)) return redirect(path.replace(pattern, replacement));
  }
  return { body: "not moved\n" };
};
