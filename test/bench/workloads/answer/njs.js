export default { answer: (r) => r.return(200, "123") };
