({ url, headers }) => {
  const cookies = Object.fromEntries((headers.cookie ?? "").split("; ").map((pair) => pair.split("=")));
  const variant = cookies.variant === "b" ? "b" : "a";
  const { "x-debug": _, ...kept } = headers;
  return {
    proxy: {
      path: `/${variant}${url.slice("/shop".length)}`,
      headers: { ...kept, "x-variant": variant, "x-base": "/shop" },
    },
  };
};
