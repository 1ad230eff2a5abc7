export default { fetch: () => new Response("123") };
