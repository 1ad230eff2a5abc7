/** Why a stream or a session ends (RFC 9113 section 7). */
export const ERROR_CODES = {
  noError: 0x0,
  protocolError: 0x1,
  internalError: 0x2,
  flowControlError: 0x3,
  streamClosed: 0x5,
  cancel: 0x8,
  enhanceYourCalm: 0xb,
} as const;
