import { h } from './dom.js';
import * as format from './format.js';

// Pieces that several pages share.
const tones = {
  ready: 'good', healthy: 'good', default: 'good', available: 'plain', standby: 'plain', learning: 'plain', unloaded: 'plain', opening: 'plain', draining: 'plain',
  canary: 'info', loading: 'info', degraded: 'warn', warning: 'warn', unavailable: 'warn', unknown: 'warn', failed: 'bad', alarm: 'bad', refused: 'bad', rejected: 'bad',
};
const marks = { good: '●', warn: '▲', bad: '■', info: '◆', plain: '○' };

/** A state in words, with a mark and a colour. */
export const badge = (state, text = state, tone = tones[state] ?? 'plain') => h('span', { class: `badge ${tone}` }, h('span', { class: 'mark', 'aria-hidden': 'true' }, marks[tone]), text);

export const link = (href, text, attributes) => h('a', { href, ...attributes }, text);
export const modelLink = (name, page = '', query = '') => `#/models/${encodeURIComponent(name)}${page ? `/${page}` : ''}${query}`;

/** A figure with its name. */
export const tile = (name, value, more, tone = '') => h('div', { class: `tile ${tone}` }, h('dt', null, name), h('dd', null, h('span', { class: 'value' }, value), more ? h('span', { class: 'more' }, more) : null));
export const tiles = (...all) => h('dl', { class: 'tiles' }, all);

/** A part of a page with a heading. */
export function card(title, attributes, ...children) {
  const { aside, ...rest } = attributes ?? {};
  return h('section', { class: 'card', 'aria-label': title, ...rest }, h('div', { class: 'card-head' }, h('h2', null, title), aside ?? null), children);
}

export const empty = (...text) => h('p', { class: 'empty' }, text);

/** A table: columns are [title, class]; rows are arrays of cells, or { key, cells }. Roles are stated because a narrow page lays rows out as cards. */
export function table(name, columns, rows, attributes) {
  return h('div', { class: 'table', tabindex: '0', role: 'region', 'aria-label': name },
    h('table', { role: 'table', 'aria-label': name, ...attributes },
      h('thead', { role: 'rowgroup' }, h('tr', { role: 'row' }, columns.map(([title, kind]) => h('th', { role: 'columnheader', scope: 'col', class: kind ?? null }, title)))),
      h('tbody', { role: 'rowgroup' }, rows.map(row => tableRow(columns, row)))));
}

export function tableRow(columns, row) {
  const cells = Array.isArray(row) ? row : row.cells;
  return h('tr', { role: 'row', 'data-key': row.key ?? null, class: row.tone ?? null }, cells.map((cell, i) => i === 0
    ? h('th', { role: 'rowheader', scope: 'row', class: columns[i][1] ?? null }, cell)
    : h('td', { role: 'cell', class: columns[i][1] ?? null, 'data-label': columns[i][0] }, h('span', { class: 'cell' }, cell))));
}

/** A button that opens the form of an action. */
export const act = (action, text, data = {}, kind = '') => h('button', { type: 'button', class: `button ${kind}`, 'data-act': action, ...Object.fromEntries(Object.entries(data).map(([name, value]) => [`data-${name}`, value])) }, text);

export const digest = text => text ? h('code', { title: text }, format.short(text)) : format.none;
