const variant = (r) => (r.variables.cookie_variant === "b" ? "b" : "a");

export default { variant };
