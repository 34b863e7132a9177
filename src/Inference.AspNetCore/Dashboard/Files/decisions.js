import { h } from './dom.js';
import * as format from './format.js';
import { head } from './model.js';
import * as parts from './parts.js';
import { get, modelPath } from './session.js';

// Who decided what, and why: the log of decisions with its chain of hashes.
const tones = { promote: 'good', default: 'good', rollback: 'bad', refused: 'bad', canary: 'info', label: 'plain', checkpoint: 'plain' };

export function decisions(name) {
  let read = null, wanted = '';
  const has = (one, ...texts) => wanted === '' || texts.some(text => String(text ?? '').toLowerCase().includes(wanted));
  return {
    title: `${name}: decisions`,
    period: 5000,
    async load(signal) { read = await get(modelPath(name, '/decisions'), signal); },
    find(text) { wanted = text.toLowerCase(); },
    view() {
      return [...head(name, 'decisions'), read.records ? log() : parts.empty('This model has no versions, and so no log of decisions. Add ', h('code', null, '.UseVersioning()'), ' to it.'), read.actions.length ? actions() : null];
    },
  };

  function log() {
    const shown = read.records.filter(one => has(one, one.action, one.version, one.actor, one.reason));
    const find = h('label', { class: 'find' }, h('span', { class: 'visually-hidden' }, 'Find a decision'), h('input', { type: 'search', placeholder: 'Find a decision', 'data-find': 'decisions', autocomplete: 'off', spellcheck: 'false' }));
    return parts.card('Log of decisions', { aside: find },
      read.fault
        ? h('p', { class: 'note bad', role: 'alert' }, parts.badge('failed', 'The chain is broken'), ` ${read.fault}. A record was changed, removed or inserted.`)
        : h('p', { class: 'lead' }, parts.badge('healthy', 'Chain verified'), ` ${format.plural(read.count, 'record')}: each holds the hash of the one before, and none was changed.`),
      shown.length === 0 ? parts.empty(read.records.length ? 'No decision has this in it.' : 'Nothing was decided yet.')
        : parts.table('Decisions, newest first', [['Time'], ['Decision'], ['Version'], ['Who'], ['Why', 'wide'], ['Facts'], ['Record']], shown.map(one => ({
          key: `${one.sequence} ${one.hash}`,
          cells: [
            h('time', { datetime: new Date(one.at).toISOString(), title: format.ago(one.at) }, format.time(one.at)),
            parts.badge(one.action, one.action, tones[one.action] ?? 'plain'),
            [one.from && one.from !== one.version ? h('span', { class: 'more' }, `${one.from} → `) : null, one.version || format.none],
            [one.actor, ' ', one.automatic ? h('span', { class: 'chip' }, 'automatic') : null], one.reason || format.none,
            Object.keys(one.facts).length ? h('dl', { class: 'facts' }, Object.entries(one.facts).map(([fact, value]) => [h('dt', null, fact), h('dd', null, value)])) : format.none,
            one.sequence ? [`${one.sequence} `, parts.digest(one.hash)] : parts.badge('warning', 'not written yet'),
          ],
        })), { class: 'cards' }),
      read.count > read.records.length ? h('p', { class: 'more' }, `The newest ${read.records.length} of ${format.count(read.count)} records are shown; all of them were verified.`) : null);
  }

  function actions() {
    return parts.card('Asked for on this dashboard', { aside: h('span', { class: 'more' }, 'since the server started') },
      parts.table('Actions, newest first', [['Time'], ['Action'], ['Subject'], ['Who'], ['Why', 'wide'], ['Result', 'wide']], read.actions.map(one => [format.time(one.at), one.action, one.subject || format.none, one.actor, one.reason || format.none, one.fault ? [parts.badge('refused', 'not done'), ` ${one.fault}`] : parts.badge('healthy', 'done')]), { class: 'cards' }));
  }
}
