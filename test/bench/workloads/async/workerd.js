export default {
  async fetch(_request, env) {
    const answer = await env.app.fetch("http://app/user");
    return new Response(`Hello, ${await answer.text()}!\n`);
  },
};
