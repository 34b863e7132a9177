import { h, s } from './dom.js';
import * as format from './format.js';

// Pictures. Each has a name that says in words what it shows.
const isNumber = value => typeof value === 'number' && Number.isFinite(value);

/** A small line without axes. */
export function spark(values, name) {
  const width = 96, height = 24, known = values.filter(isNumber);
  const picture = s('svg', { class: 'spark', viewBox: `0 0 ${width} ${height}`, role: 'img', 'aria-label': name, preserveAspectRatio: 'none' });
  if (known.length < 2) return picture;
  const top = Math.max(...known, 1e-9), step = width / Math.max(values.length - 1, 1);
  const points = values.map((value, i) => isNumber(value) ? [i * step, height - 2 - value / top * (height - 4)] : null).filter(point => point);
  const line = points.map(([x, y], i) => `${i ? 'L' : 'M'}${x.toFixed(1)} ${y.toFixed(1)}`).join('');
  picture.append(s('path', { class: 'area', d: `${line}L${points.at(-1)[0].toFixed(1)} ${height}L${points[0][0].toFixed(1)} ${height}Z` }), s('path', { class: 'line', d: line }));
  return picture;
}

function ticks(low, high, wanted) {
  const raw = (high - low) / wanted, power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].map(n => n * power).find(n => n >= raw);
  const all = [];
  for (let at = Math.ceil(low / step - 1e-9) * step; at <= high + step * 1e-9; at += step) all.push(Math.abs(at) < step * 1e-9 ? 0 : at);
  return all;
}

/**
 * Lines over time.
 * lines: [{ name, values, tone }]; options: { name, step (s), unit, from (lowest top), bound: { value, name }, band: { low, high, name }, zero (draw 0) }.
 */
export function timeline(lines, options) {
  const width = 640, height = 200, left = 62, right = 12, up = 12, down = 24;
  const shown = lines.filter(line => line.values.some(isNumber));
  const all = [...shown.flatMap(line => line.values), ...(options.band ? [...options.band.low, ...options.band.high] : [])].filter(isNumber);
  if (all.length < 2) return h('p', { class: 'empty small' }, 'Nothing was measured in this time yet. A point is added every ', options.step >= 60 ? `${options.step / 60} minutes.` : `${options.step} seconds.`);
  if (options.bound) all.push(options.bound.value);
  if (options.zero !== false) all.push(0);
  let low = Math.min(...all), high = Math.max(...all);
  if (high - low < 1e-12) high = low + (Math.abs(low) || 1);
  const length = Math.max(...lines.map(line => line.values.length));
  const x = i => left + (length < 2 ? 0 : i / (length - 1)) * (width - left - right);
  const y = value => up + (high - value) / (high - low) * (height - up - down);
  const latest = shown.map(line => `${line.name} ${options.unit(line.values.findLast(isNumber))}`).join(', ');
  const picture = s('svg', { class: 'chart', viewBox: `0 0 ${width} ${height}`, role: 'img', 'aria-label': `${options.name}: now ${latest}` });
  for (const at of ticks(low, high, 5)) {
    picture.append(s('line', { class: at === 0 ? 'axis' : 'grid', x1: left, x2: width - right, y1: y(at).toFixed(1), y2: y(at).toFixed(1) }));
    picture.append(s('text', { class: 'tick', x: left - 6, y: (y(at) + 4).toFixed(1), 'text-anchor': 'end' }, options.unit(at)));
  }
  const now = Date.now();
  const marks = 4;
  for (let i = 0; i <= marks; i++) {
    const index = i / marks * (length - 1);
    picture.append(s('text', { class: 'tick', x: x(index).toFixed(1), y: height - 6, 'text-anchor': i === 0 ? 'start' : i === marks ? 'end' : 'middle' }, i === marks ? 'now' : format.clock(now - (length - 1 - index) * options.step * 1000)));
  }
  if (options.band) {
    for (const piece of pieces(options.band.low.map((value, i) => isNumber(value) && isNumber(options.band.high[i]) ? i : null))) {
      const forth = piece.map(i => `${x(i).toFixed(1)} ${y(options.band.high[i]).toFixed(1)}`), back = piece.map(i => `${x(i).toFixed(1)} ${y(options.band.low[i]).toFixed(1)}`).reverse();
      picture.append(s('path', { class: 'band', d: `M${[...forth, ...back].join('L')}Z` }));
    }
  }
  if (options.bound) {
    picture.append(s('line', { class: 'bound', x1: left, x2: width - right, y1: y(options.bound.value).toFixed(1), y2: y(options.bound.value).toFixed(1) }));
    picture.append(s('text', { class: 'tick bound-name', x: width - right, y: (y(options.bound.value) - 4).toFixed(1), 'text-anchor': 'end' }, options.bound.name));
  }
  for (const line of shown) {
    for (const piece of pieces(line.values.map((value, i) => isNumber(value) ? i : null))) {
      picture.append(piece.length === 1
        ? s('circle', { class: `dot ${line.tone}`, cx: x(piece[0]).toFixed(1), cy: y(line.values[piece[0]]).toFixed(1), r: 2 })
        : s('path', { class: `line ${line.tone}`, d: piece.map((i, n) => `${n ? 'L' : 'M'}${x(i).toFixed(1)} ${y(line.values[i]).toFixed(1)}`).join('') }));
    }
  }
  return h('div', { class: 'figure' }, legend([...shown, ...(options.band ? [{ name: options.band.name, tone: 'tone-band' }] : [])], line => line.values ? options.unit(line.values.findLast(isNumber)) : ''), picture);
}

function pieces(indices) {
  const all = [];
  let piece = [];
  for (const index of [...indices, null]) {
    if (index !== null) piece.push(index);
    else if (piece.length) {
      all.push(piece);
      piece = [];
    }
  }
  return all;
}

const legend = (lines, value) => h('ul', { class: 'legend' }, lines.map(line => h('li', null, h('span', { class: `swatch ${line.tone}`, 'aria-hidden': 'true' }), line.name, ' ', h('b', null, value(line)))));

/** Two distributions over the same cells: the reference as grey bars behind, recent rows as bars before. */
export function distribution(cells, name) {
  const width = 640, height = 220, left = 48, right = 8, up = 10, down = 38;
  const top = Math.max(...cells.flatMap(cell => [cell.reference ?? 0, cell.share ?? 0]), 1e-6);
  const slot = (width - left - right) / cells.length;
  const y = value => up + (1 - (value ?? 0) / top) * (height - up - down);
  const furthest = cells.reduce((a, b) => Math.abs((b.share ?? 0) - (b.reference ?? 0)) > Math.abs((a.share ?? 0) - (a.reference ?? 0)) ? b : a);
  const picture = s('svg', { class: 'chart', viewBox: `0 0 ${width} ${height}`, role: 'img', 'aria-label': `${name}: the largest difference is at ${furthest.label}, ${format.percent(furthest.reference ?? 0)} then and ${format.percent(furthest.share ?? 0)} now` });
  for (const at of ticks(0, top, 5)) {
    picture.append(s('line', { class: at === 0 ? 'axis' : 'grid', x1: left, x2: width - right, y1: y(at).toFixed(1), y2: y(at).toFixed(1) }), s('text', { class: 'tick', x: left - 6, y: (y(at) + 4).toFixed(1), 'text-anchor': 'end' }, format.percent(at)));
  }
  const every = Math.max(1, Math.ceil(cells.length / 8));
  cells.forEach((cell, i) => {
    const x = left + i * slot, bottom = height - down, then = y(cell.reference), now = y(cell.share);
    const title = `${cell.label}: ${format.percent(cell.reference ?? 0)} then, ${format.percent(cell.share ?? 0)} now`;
    picture.append(s('g', null, s('title', null, title),
      s('rect', { class: 'bar-then', x: (x + slot * 0.06).toFixed(1), y: then.toFixed(1), width: (slot * 0.88).toFixed(1), height: Math.max(bottom - then, 0).toFixed(1) }),
      s('rect', { class: 'bar-now', x: (x + slot * 0.26).toFixed(1), y: now.toFixed(1), width: (slot * 0.48).toFixed(1), height: Math.max(bottom - now, 0).toFixed(1) })));
    if (i % every === 0) picture.append(s('text', { class: 'tick', x: (x + slot / 2).toFixed(1), y: height - 20, 'text-anchor': 'middle' }, shorten(cell, every * slot)));
  });
  return h('div', { class: 'figure' }, h('ul', { class: 'legend' }, h('li', null, h('span', { class: 'swatch tone-then', 'aria-hidden': 'true' }), 'reference'), h('li', null, h('span', { class: 'swatch tone-now', 'aria-hidden': 'true' }), 'recent rows')), picture);
}

function shorten(cell, room) {
  const text = isNumber(cell.low) ? format.number(cell.low) : cell.label, most = Math.max(3, Math.floor(room / 6.5));
  return text.length <= most ? text : `${text.slice(0, most - 1)}…`;
}

/** Intervals on one scale: [{ low, high, value, tone }]. */
export function intervals(items, low, high, name) {
  const width = 240, row = 14, height = items.length * row + 4;
  const x = value => 4 + (Math.min(Math.max(value, low), high) - low) / ((high - low) || 1) * (width - 8);
  const picture = s('svg', { class: 'intervals', viewBox: `0 0 ${width} ${height}`, role: 'img', 'aria-label': name });
  items.forEach((item, i) => {
    const y = i * row + row / 2 + 2;
    if (isNumber(item.low) && isNumber(item.high)) picture.append(s('line', { class: `whisker ${item.tone}`, x1: x(item.low).toFixed(1), x2: x(item.high).toFixed(1), y1: y, y2: y }));
    if (isNumber(item.value)) picture.append(s('circle', { class: `point ${item.tone}`, cx: x(item.value).toFixed(1), cy: y, r: 4 }));
  });
  return picture;
}

/** A bar from 0 to 1. */
export function meter(value, name, tone = '') {
  const part = Math.min(Math.max(isNumber(value) ? value : 0, 0), 1);
  return s('svg', { class: `meter ${tone}`, viewBox: '0 0 100 8', preserveAspectRatio: 'none', role: 'img', 'aria-label': name }, s('rect', { class: 'track', width: 100, height: 8 }), s('rect', { class: 'fill', width: (part * 100).toFixed(1), height: 8 }));
}
