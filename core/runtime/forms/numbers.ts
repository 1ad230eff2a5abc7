/** Web IDL conversions of numbers. Both throw a TypeError for a symbol and a bigint. */

const { isNaN: isNotANumber, MAX_SAFE_INTEGER, MIN_SAFE_INTEGER } = Number;
const TWO_TO_63 = 2 ** 63;
const TWO_TO_64 = 2 ** 64;

/** `[Clamp] long long`: into the range of safe integers, rounded to the nearest, halves to the even one. */
export function toClampedInteger(value: unknown): number {
  const number = +(value as number);
  if (number >= MAX_SAFE_INTEGER) return MAX_SAFE_INTEGER;
  if (number <= MIN_SAFE_INTEGER) return MIN_SAFE_INTEGER;
  if (isNotANumber(number)) return 0;
  const fraction = number % 1;
  const whole = number - fraction;
  const distance = fraction < 0 ? -fraction : fraction;
  if (distance < 0.5 || (distance === 0.5 && whole % 2 === 0)) return whole + 0;
  return number < 0 ? whole - 1 : whole + 1;
}

/** `long long`: the integer part modulo 2^64, as a signed number. */
export function toLongLong(value: unknown): number {
  const number = +(value as number);
  const whole = number - (number % 1);
  // Of NaN and the infinities the remainder is NaN.
  if (isNotANumber(whole)) return 0;
  const rest = whole % TWO_TO_64;
  if (rest >= TWO_TO_63) return rest - TWO_TO_64;
  return rest < -TWO_TO_63 ? rest + TWO_TO_64 : rest + 0;
}
