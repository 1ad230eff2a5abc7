/**
 * Key of a method by which the runtime's own classes say how `console` shows them: it returns a plain object
 * of their public state, or a string to show as it is.
 */
export const inspectSymbol: unique symbol = Symbol("inspect");
