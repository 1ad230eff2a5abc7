({ url, headers }) => {
  const page = `/cache${url}.html`;
  if (stat(page)?.isFile) return { file: page, headers: { "content-type": "text/html" } };
  return { proxy: { path: url, headers } };
};
