const page = (r) => `/cache${r.uri}.html`;

export default { page };
