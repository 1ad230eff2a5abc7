export default () => new Response("123");
