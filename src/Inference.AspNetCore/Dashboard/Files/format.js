// Numbers with their units.
const whole = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });
const three = new Intl.NumberFormat('en-US', { maximumSignificantDigits: 3 });
const known = value => typeof value === 'number' && Number.isFinite(value);

export const none = '–';
export const count = value => !known(value) ? none : Math.abs(value) < 1e6 ? whole.format(value) : Math.abs(value) < 1e9 ? `${three.format(value / 1e6)} M` : `${three.format(value / 1e9)} G`;
export const number = value => !known(value) ? none : value !== 0 && (Math.abs(value) >= 1e6 || Math.abs(value) < 1e-4) ? value.toExponential(2) : three.format(value);
export const rate = value => !known(value) ? none : `${value >= 1000 ? whole.format(value) : three.format(value)}/s`;
export const percent = value => !known(value) ? none : value > 0 && value < 0.0001 ? '< 0.01 %' : `${new Intl.NumberFormat('en-US', { maximumFractionDigits: value < 0.1 ? 2 : 1 }).format(value * 100)} %`;

export function seconds(value) {
  if (!known(value)) return none;
  if (value === 0) return '0 s';
  if (value < 1e-3) return `${three.format(value * 1e6)} µs`;
  if (value < 1) return `${three.format(value * 1e3)} ms`;
  if (value < 120) return `${three.format(value)} s`;
  if (value < 3600) return `${three.format(value / 60)} min`;
  return value < 172800 ? `${three.format(value / 3600)} h` : `${three.format(value / 86400)} days`;
}

export function bytes(value) {
  if (!known(value)) return none;
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${three.format(value)} ${units[unit]}`;
}

/** Cost of 1,000 calls, or the time they keep a core busy. */
export function cost(meanSeconds, session) {
  if (!known(meanSeconds)) return none;
  const busy = meanSeconds * 1000;
  if (!session.coreHourPrice) return `${seconds(busy)} busy`;
  const price = busy / 3600 * session.coreHourPrice;
  return `${session.currency}${price >= 0.01 ? price.toFixed(3) : price.toPrecision(2)}`;
}

const pad = value => String(value).padStart(2, '0');
export function time(milliseconds) {
  if (!known(milliseconds)) return none;
  const at = new Date(milliseconds);
  return `${at.getFullYear()}-${pad(at.getMonth() + 1)}-${pad(at.getDate())} ${pad(at.getHours())}:${pad(at.getMinutes())}:${pad(at.getSeconds())}`;
}

export function clock(milliseconds) {
  const at = new Date(milliseconds);
  return `${pad(at.getHours())}:${pad(at.getMinutes())}`;
}

/** How long ago. */
export const ago = milliseconds => !known(milliseconds) ? none : `${seconds(Math.max(1, Math.round((Date.now() - milliseconds) / 1000)))} ago`;
export const share = (part, all) => all > 0 ? part / all : NaN;
export const short = digest => digest ? digest.slice(0, 10) : none;
export const plural = (n, one, many = `${one}s`) => `${count(n)} ${n === 1 ? one : many}`;
