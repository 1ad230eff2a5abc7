const MONTHS = "JanFebMarAprMayJunJulAugSepOctNovDec";
const DAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];

const IMF_FIXDATE = /^(\w{3}), (\d\d) (\w{3}) (\d{4}) (\d\d):(\d\d):(\d\d) GMT$/;
const RFC_850 = /^(Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day, (\d\d)-(\w{3})-(\d\d) (\d\d):(\d\d):(\d\d) GMT$/;
const ASCTIME = /^(\w{3}) (\w{3}) ([ \d]\d) (\d\d):(\d\d):(\d\d) (\d{4})$/;

/**
 * Milliseconds since 1970 of an HTTP-date in any of its three forms (RFC 9110 section 5.6.7), undefined for
 * anything else: several dates in one field, another time zone, a day that is not in the calendar.
 *
 * @param now milliseconds since 1970, to find the century of a year of two digits
 */
export function parseHttpDate(text: string, now: number = Date.now()): number | undefined {
  let match = IMF_FIXDATE.exec(text);
  if (match !== null) return time(match[1]!, Number(match[4]), match[3]!, match[2]!, match, 5);
  match = ASCTIME.exec(text);
  if (match !== null) return time(match[1]!, Number(match[7]), match[2]!, match[3]!, match, 4);
  match = RFC_850.exec(text);
  if (match === null) return undefined;
  return time(match[1]!.slice(0, 3), fullYear(Number(match[4]), now), match[3]!, match[2]!, match, 5);
}

/** A year that seems more than 50 years ahead is the one before with the same digits (RFC 9110 section 5.6.7). */
function fullYear(twoDigits: number, now: number): number {
  const current = new Date(now).getUTCFullYear();
  const year = current - (current % 100) + twoDigits;
  return year > current + 50 ? year - 100 : year;
}

/** `clock` is where hour, minute and second begin in `match`. */
function time(
  weekday: string,
  year: number,
  monthName: string,
  dayText: string,
  match: RegExpExecArray,
  clock: number,
): number | undefined {
  const month = MONTHS.indexOf(monthName) / 3;
  const day = Number(dayText);
  const hour = Number(match[clock]);
  const minute = Number(match[clock + 1]);
  const second = Number(match[clock + 2]);
  // 60 is a leap second in the grammar.
  if (!Number.isInteger(month) || month < 0 || hour > 23 || minute > 59 || second > 60) return undefined;
  const date = new Date(0);
  date.setUTCFullYear(year, month, day);
  if (date.getUTCMonth() !== month || date.getUTCDate() !== day || DAYS[date.getUTCDay()] !== weekday) {
    return undefined;
  }
  return date.getTime() + ((hour * 60 + minute) * 60 + second) * 1000;
}
