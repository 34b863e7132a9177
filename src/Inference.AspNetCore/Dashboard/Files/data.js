import { distribution, meter } from './charts.js';
import { h } from './dom.js';
import * as format from './format.js';
import { head } from './model.js';
import * as parts from './parts.js';
import { get, modelPath } from './session.js';

// The data of a model: columns by drift, one of them then and now, segments.
export function data(name, query) {
  let read = null, column = null, chosen = query.get('column'), version = query.get('version'), rights = null;
  const link = changes => parts.modelLink(name, 'data', `?${new URLSearchParams(Object.entries({ version, column: chosen, ...changes }).filter(([, value]) => value))}`);
  return {
    title: `${name}: data`,
    period: 10000,
    async load(signal) {
      [read, rights] = await Promise.all([get(modelPath(name, '/data', { version }), signal), get(modelPath(name, '', { history: 'no' }), signal)]);
      const shown = chosen ?? read.columns?.[0]?.name;
      column = shown && read.distributions ? await get(modelPath(name, '/column', { column: shown, version }), signal) : null;
    },
    detail: () => ({ ...rights, monitored: read?.version }),
    view() {
      if (!read.state) return [...head(name, 'data'), parts.empty('The data of this model is not watched. Add ', h('code', null, '.UseMonitoring()'), ' to it, or a stage of your own that offers ', h('code', null, 'IModelMonitor'), '.')];
      return [...head(name, 'data'), verdict(), read.rules.length ? rules() : null, columns(), read.segments.length ? segments() : null, read.unwatched.length ? parts.card('Not watched', null, h('p', null, read.unwatched.map(tensor => h('span', { class: 'chip' }, tensor)))) : null];
    },
  };

  function verdict() {
    const changed = read.columns.filter(one => one.state === 'alarm' || one.state === 'warning').length, silent = read.silentUntil > Date.now();
    const which = read.versions.length > 1 ? h('nav', { class: 'switch', 'aria-label': 'Version' }, read.versions.map(one => h('a', { href: link({ version: one, column: null }), 'aria-current': one === read.version ? 'true' : null }, one))) : null;
    return parts.card('State of the data', { aside: which },
      h('p', { class: 'lead' }, parts.badge(read.state), ' ', read.note || (read.state === 'healthy' ? 'No change was found.' : '')),
      parts.tiles(
        parts.tile('Columns changed', `${format.count(changed)} of ${format.count(read.columnCount)}`, null, changed ? 'bad' : ''),
        parts.tile('Evidence of the data set', format.number(read.evidence), 'ln of an e-detector'),
        parts.tile('Rows counted', format.count(read.rows), `${format.percent(read.share)} of the calls`),
        parts.tile('Judged', read.at ? format.ago(read.at) : format.none, read.at ? format.time(read.at) : 'not yet'),
        parts.tile('Alerts', silent ? 'silent' : 'told', silent ? `until ${format.time(read.silentUntil)}` : null)),
      rights.act ? h('div', { class: 'actions', role: 'group', 'aria-label': 'Actions' },
        read.state === 'alarm' ? parts.act('acknowledge', 'Acknowledge…', { version: read.version }, 'primary') : null,
        rights.has.silence ? parts.act('silence', silent ? 'Change the silence…' : 'Silence alerts…', { version: read.version }) : null) : null,
      read.errors ? h('p', { class: 'note warn' }, `${format.plural(read.errors, 'call')} could not be counted because of an error in monitoring; they were answered.`) : null);
  }

  function columns() {
    if (read.columns.length === 0) return parts.card('Columns', null, parts.empty('No reference profile is there yet.'));
    const top = Math.max(...read.columns.map(one => one.evidence ?? 0), 1);
    const rows = read.columns.map(one => ({
      key: one.name,
      tone: one.name === column?.name ? 'chosen' : null,
      cells: [
        read.distributions ? parts.link(link({ column: one.name }), one.name, { 'aria-current': one.name === column?.name ? 'true' : null }) : one.name,
        parts.badge(one.state), one.rule ? h('span', { class: 'chip' }, one.rule) : format.none,
        [h('span', { class: 'beside' }, format.number(one.evidence)), meter(Math.max(one.evidence ?? 0, 0) / top, `Evidence of ${one.name}: ${format.number(one.evidence)}`, one.state === 'alarm' ? 'bad' : one.state === 'warning' ? 'warn' : '')],
        format.number(one.js), format.number(one.psi), format.number(one.ks),
      ],
    }));
    return h('div', { class: 'split' },
      parts.card('Columns', { aside: h('span', { class: 'more' }, read.columnCount > rows.length ? `the ${rows.length} with the most evidence of ${format.count(read.columnCount)}` : 'most evidence first') },
        parts.table('Columns by drift', [['Column'], ['State'], ['Rule'], ['Evidence', 'wide'], ['JS', 'number'], ['PSI', 'number'], ['KS', 'number']], rows, { class: 'cards' })),
      column ? shown() : null);
  }

  function shown() {
    if (!column.cells?.length) return parts.card(column.name, null, parts.empty('Nothing was counted of this column yet.'));
    return parts.card(column.name, { class: 'card side', aside: h('span', { class: 'more' }, `${format.count(column.rows)} rows now, ${format.count(column.referenceRows)} then`) },
      distribution(column.cells, `Distribution of ${column.name}`),
      column.from ? h('p', { class: 'more' }, `Rows from ${format.time(column.from)} to ${format.time(column.to)}.`) : null,
      h('details', null, h('summary', null, 'As a table'), parts.table(`Cells of ${column.name}`, [['Cell'], ['Reference', 'number'], ['Recent', 'number']], column.cells.map(cell => [cell.label, format.percent(cell.reference ?? 0), format.percent(cell.share ?? 0)]))));
  }

  function rules() {
    return parts.card('Rules about the whole', null, h('ul', { class: 'alerts' }, read.rules.map(one => h('li', { 'data-key': one.rule }, parts.badge(one.state), h('b', null, one.rule), h('span', { class: 'text' }, one.detail)))));
  }

  function segments() {
    return parts.card('Segments', null, parts.table('Segments', [['Column'], ['Segment'], ['State'], ['Rows', 'number'], ['Evidence', 'number']], read.segments.map(one => [one.column, one.segment, parts.badge(one.state), format.count(one.rows), format.number(one.evidence)]), { class: 'cards' }));
  }
}
