import { spark } from './charts.js';
import { askCluster, cluster, hasNoCluster } from './cluster.js';
import { h } from './dom.js';
import * as format from './format.js';
import * as parts from './parts.js';
import { session } from './session.js';
import { models } from './stream.js';

// All models: what needs somebody first, then the cluster if there is one, then a row for each.
const columns = [['Model'], ['State'], ['Version'], ['Traffic', 'wide'], ['p50', 'number'], ['p95', 'number'], ['p99', 'number'], ['Failed', 'number'], ['Per 1,000 calls', 'number'], ['Data']];
const rows = new Map();
let wanted = '';

/** What somebody should look at, worst first. */
export function alerts() {
  const all = [];
  for (const model of models.values()) {
    const at = parts.modelLink(model.name);
    if (model.state === 'failed') all.push({ tone: 'bad', rank: 0, model, href: at, state: 'failed', text: model.note || 'The model does not serve.' });
    if (model.monitoring?.state === 'alarm') all.push({ tone: 'bad', rank: 1, model, href: parts.modelLink(model.name, 'data'), state: 'alarm', text: model.monitoring.note || `${format.plural(model.monitoring.changed, 'column')} changed.`, silent: model.silentUntil > Date.now() });
    if (model.rate > 0 && model.failedRate / model.rate > 0.05) all.push({ tone: 'bad', rank: 2, model, href: at, state: 'failing', text: `${format.percent(model.failedRate / model.rate)} of the calls fail.` });
    if (model.canary && model.canary.evidence >= Math.sqrt(model.canary.limit)) all.push({ tone: 'warn', rank: 3, model, href: at, state: 'canary', text: `Evidence against version ${model.canary.version} is ${format.number(model.canary.evidence)}; it is rolled back at ${format.number(model.canary.limit)}.` });
    if (model.state === 'degraded' || model.state === 'unknown') all.push({ tone: 'warn', rank: 4, model, href: at, state: model.state, text: model.note });
    if (model.monitoring?.state === 'warning') all.push({ tone: 'warn', rank: 5, model, href: parts.modelLink(model.name, 'data'), state: 'warning', text: model.monitoring.note || 'There is some evidence of a change.' });
  }
  return all.sort((a, b) => a.rank - b.rank || a.model.name.localeCompare(b.model.name));
}

function row(model) {
  const known = rows.get(model.name);
  if (known?.model === model && known.row.isConnected) return h('tr', { 'data-key': model.name, 'data-same': true });
  const failed = format.share(model.failedRate, model.rate);
  const made = parts.tableRow(columns, {
    key: model.name,
    cells: [
      parts.link(parts.modelLink(model.name), model.name, { class: 'name' }),
      [parts.badge(model.state), model.note && model.state !== 'ready' ? h('span', { class: 'visually-hidden' }, ` ${model.note}`) : null],
      [h('span', { class: 'version' }, model.version ?? format.none), model.canary ? parts.badge('canary', `${model.canary.version} at ${format.number(model.canary.percent)} %`) : null],
      [traffic(model), h('span', { class: 'rate' }, format.rate(model.rate))],
      format.seconds(model.p50), format.seconds(model.p95), format.seconds(model.p99),
      h('span', { class: failed > 0.05 ? 'bad-text' : failed > 0.01 ? 'warn-text' : null }, format.percent(failed)),
      format.cost(model.mean, session()),
      model.monitoring ? parts.link(parts.modelLink(model.name, 'data'), [h('span', { class: 'visually-hidden' }, `Data of ${model.name}: `), parts.badge(model.monitoring.state), model.monitoring.changed ? h('span', { class: 'more' }, ` ${format.plural(model.monitoring.changed, 'column')}`) : null], { class: 'plain' }) : format.none,
    ],
  });
  rows.set(model.name, { model, row: made });
  return made;
}

const traffic = model => spark(model.spark ?? [], `Calls per second of ${model.name}, now ${format.rate(model.rate)}`);

function totals() {
  const all = [...models.values()], rate = sum(all, 'rate'), failed = sum(all, 'failedRate');
  const serving = all.filter(model => model.state === 'ready' || model.state === 'degraded').length, canaries = all.filter(model => model.canary).length;
  const busy = all.reduce((total, model) => total + (model.rate ?? 0) * (model.mean ?? 0), 0);
  return parts.tiles(
    parts.tile('Models', format.count(all.length), serving === all.length ? 'all serve' : `${serving} serve`, serving < all.length ? 'warn' : ''),
    parts.tile('Calls', format.rate(rate), 'last minute'),
    parts.tile('Failed', format.percent(format.share(failed, rate)), format.rate(failed), failed / rate > 0.05 ? 'bad' : ''),
    parts.tile('Cores busy', format.number(busy), rate > 0 ? `${format.cost(busy / rate, session())} per 1,000 calls` : null),
    parts.tile('Canaries', format.count(canaries), canaries ? 'on trial' : 'none on trial'));
}

const sum = (all, field) => all.reduce((total, model) => total + (model[field] ?? 0), 0);

function attention() {
  const all = alerts();
  if (all.length === 0) return parts.card('Needs attention', { class: 'card calm' }, h('p', { class: 'empty' }, parts.badge('healthy', 'Nothing'), ' No model asks for a look.'));
  return parts.card('Needs attention', { aside: h('span', { class: 'more' }, format.plural(all.length, 'finding')) },
    h('ul', { class: 'alerts' }, all.slice(0, 20).map(alert => h('li', { class: alert.tone, 'data-key': `${alert.model.name} ${alert.state}` },
      parts.badge(alert.state, alert.state, alert.tone), h('a', { href: alert.href, class: 'name' }, alert.model.name), h('span', { class: 'text' }, alert.text), alert.silent ? parts.badge('plain', 'silenced') : null))),
    all.length > 20 ? h('p', { class: 'more' }, `and ${all.length - 20} more`) : null);
}

export function overview() {
  return {
    title: 'Overview',
    live: true,
    get period() { return hasNoCluster() ? 0 : 3000; },
    load: askCluster,
    view() {
      if (models.size === 0) return [h('h1', { tabindex: '-1' }, 'Overview'), cluster(), parts.empty('This server has no models yet. Register one with ', h('code', null, 'services.AddModel("name", …)'), '.')];
      for (const name of rows.keys()) if (!models.has(name)) rows.delete(name);
      for (const row of document.querySelectorAll('table.models tbody tr')) {
        const known = rows.get(row.dataset.key);
        if (known) known.row = row;
      }
      const shown = [...models.values()].filter(model => model.name.toLowerCase().includes(wanted)).sort((a, b) => a.name.localeCompare(b.name, 'en', { numeric: true }));
      return [
        h('h1', { tabindex: '-1' }, 'Overview'), totals(), attention(), cluster(),
        parts.card('Models', { aside: h('label', { class: 'find' }, h('span', { class: 'visually-hidden' }, 'Find a model'), h('input', { type: 'search', placeholder: 'Find a model', 'data-find': 'models', autocomplete: 'off', spellcheck: 'false' })) },
          shown.length ? parts.table('Models', columns, [], { class: 'models cards' }) : parts.empty('No model has this in its name.')),
      ].map(part => withRows(part, shown));
    },
    find(text) { wanted = text.toLowerCase(); },
    dispose() { wanted = ''; },
  };
}

// Of rows that are shown and did not change, only the key is made.
function withRows(part, shown) {
  part?.querySelector?.('table.models tbody')?.append(...shown.map(model => row(model)));
  return part;
}
