export default (request: Request) => new Response(`Hello, ${request.client.address}!\n`);
