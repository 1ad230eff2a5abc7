async () => {
  const { body } = await ask.apply(undefined, ["/user"], { result: { promise: true } });
  return { headers: { "content-type": "text/plain" }, body: `Hello, ${body}!\n` };
};
