export default {
  async fetch(request, env) {
    const { pathname } = new URL(request.url);
    const page = await env.files.fetch(`http://files/cache${pathname}.html`);
    if (page.ok) return new Response(page.body, { headers: { "content-type": "text/html" } });
    return env.app.fetch(request);
  },
};
