async function greet(r) {
  const answer = await r.subrequest("/user");
  r.return(200, `Hello, ${answer.responseText}!\n`);
}

export default { greet };
