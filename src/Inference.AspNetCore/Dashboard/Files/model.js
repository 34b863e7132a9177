import { timeline, meter } from './charts.js';
import { h } from './dom.js';
import * as format from './format.js';
import * as parts from './parts.js';
import { get, modelPath, session } from './session.js';
import { models } from './stream.js';

// One model: figures, history, the trial of its canary, versions, stages, signature.
const tabs = [['', 'Model'], ['data', 'Data'], ['performance', 'Performance'], ['decisions', 'Decisions'], ['try', 'Try it']];

/** The heading and the tabs that all pages of a model share. */
export function head(name, page) {
  const summary = models.get(name);
  return [
    h('nav', { class: 'crumbs', 'aria-label': 'Path' }, parts.link('#/', 'Overview'), h('span', { 'aria-hidden': 'true' }, ' / '), h('span', null, name)),
    h('div', { class: 'title' }, h('h1', { tabindex: '-1' }, name), summary ? parts.badge(summary.state) : null, summary?.version ? h('span', { class: 'more' }, `version ${summary.version}`) : null),
    summary?.note ? h('p', { class: 'note warn' }, summary.note) : null,
    h('nav', { class: 'tabs', 'aria-label': `Pages of ${name}` }, tabs.map(([path, title]) => h('a', { href: parts.modelLink(name, path), 'aria-current': path === page ? 'page' : null }, title))),
  ];
}

const historyEvery = 10000;

export function model(name) {
  let detail = null, history = null, historyAt = 0, day = false;
  return {
    title: name,
    period: 3000,
    async load(signal) {
      const wants = Date.now() - historyAt >= historyEvery;
      detail = await get(modelPath(name, '', { span: day ? 'day' : 'hour', history: wants ? 'yes' : 'no' }), signal);
      if (wants) {
        history = detail.history;
        historyAt = Date.now();
      }
    },
    detail: () => detail,
    toggle(what) {
      day = what === 'day';
      historyAt = 0;
    },
    view() {
      if (!detail.info) return [...head(name, ''), parts.empty(detail.note || 'The model is not loaded.')];
      return [...head(name, ''), actions(detail), figures(detail), charts(history, day), detail.canary ? trial(detail, history) : null, detail.shadow ? shadow(detail.shadow) : null, versions(detail), stages(detail, history), signature(detail)];
    },
  };
}

function actions(detail) {
  if (!detail.act || !detail.versioned) return null;
  const canary = detail.canary, others = detail.versions.filter(version => version.version !== detail.default && version.state !== 'draining');
  return h('div', { class: 'actions', role: 'group', 'aria-label': 'Actions' },
    others.length ? parts.act('promote', canary ? `Promote ${canary.version}…` : 'Promote…', canary ? { version: canary.version } : {}, 'primary') : null,
    parts.act('rollback', 'Roll back…', {}, 'danger'),
    others.length ? parts.act('canary', canary ? 'Change the canary…' : 'Start a canary…', canary ? { version: canary.version } : {}) : null,
    canary ? parts.act('freeze', 'Freeze the canary…', { version: canary.version }) : null,
    parts.act('label', 'Label…'));
}

function figures(detail) {
  const summary = models.get(detail.name) ?? {}, failed = format.share(summary.failedRate, summary.rate);
  return parts.tiles(
    parts.tile('Calls', format.rate(summary.rate), `${format.count(summary.calls)} since the start`),
    parts.tile('Median', format.seconds(summary.p50), `p95 ${format.seconds(summary.p95)}`),
    parts.tile('p99', format.seconds(summary.p99), 'last minute'),
    parts.tile('Failed', format.percent(failed), `${format.count(summary.failed)} since the start`, failed > 0.05 ? 'bad' : ''),
    parts.tile('Per 1,000 calls', format.cost(summary.mean, session()), summary.mean ? `${format.seconds(summary.mean)} a call` : null),
    summary.metric ? parts.tile(summary.metric.name, format.number(summary.metric.value), summary.metric.low !== undefined ? `${format.number(summary.metric.low)} to ${format.number(summary.metric.high)}` : 'from labels') : null);
}

function charts(history, day) {
  const span = h('div', { class: 'switch', role: 'group', 'aria-label': 'Time shown' }, [['hour', 'Hour'], ['day', 'Day']].map(([what, text]) => h('button', { type: 'button', 'data-toggle': what, 'aria-pressed': String((what === 'day') === day) }, text)));
  if (!history) return parts.card('History', { aside: span }, parts.empty('No history yet.'));
  const step = history.step;
  return parts.card('History', { aside: span },
    h('div', { class: 'pair' },
      h('div', null, h('h3', null, 'Calls per second'), timeline([{ name: 'calls', values: history.calls, tone: 'tone-1' }, { name: 'failed', values: history.failed, tone: 'tone-bad' }], { name: 'Calls per second', step, unit: format.rate })),
      h('div', null, h('h3', null, 'Duration of a call'), timeline([{ name: 'p50', values: history.p50, tone: 'tone-1' }, { name: 'p95', values: history.p95, tone: 'tone-2' }, { name: 'p99', values: history.p99, tone: 'tone-3' }], { name: 'Duration of a call', step, unit: format.seconds }))));
}

function trial(detail, history) {
  const canary = detail.canary, outcomes = canary.outcomes;
  const scale = value => Math.log(Math.max(value ?? 1, 1)) / Math.log(canary.limit);
  const parted = [['errors', canary.errorEvidence], ['latency', canary.latencyEvidence], ['your metric', canary.metricEvidence], ['outcomes', canary.outcomeEvidence], ['cost', canary.costEvidence]];
  const tone = scale(canary.evidence) >= 0.5 ? 'warn' : '';
  const limit = Math.log10(canary.limit);
  const power = value => value === undefined ? format.none : Math.abs(value) < 0.005 ? '1' : format.number(10 ** value);
  return parts.card(`Canary ${canary.version}`, { aside: parts.badge('canary', canary.percent > 0 ? `${format.number(canary.percent)} % of the calls` : 'frozen: no calls') },
    h('p', { class: 'lead' }, canary.evidence >= canary.limit ? 'The evidence is past the limit: it is being rolled back.' : `Evidence that ${canary.version} is worse than ${detail.default}: `, canary.evidence < canary.limit ? h('b', null, format.number(canary.evidence)) : null, canary.evidence < canary.limit ? ` of ${format.number(canary.limit)}. At the limit it is rolled back. Looking often does not change what the limit promises.` : null),
    h('div', { class: 'big-meter' }, meter(scale(canary.evidence), `Evidence ${format.number(canary.evidence)} of ${format.number(canary.limit)}, on a logarithmic scale`, tone)),
    h('div', { class: 'pair' },
      h('div', null, h('h3', null, 'Evidence over time'), history ? timeline([{ name: 'evidence', values: history.evidence, tone: 'tone-1' }], { name: 'Evidence against the canary', step: history.step, unit: power, bound: { value: limit, name: `rolled back at ${format.number(canary.limit)}` } }) : null),
      outcomes ? h('div', null, h('h3', null, `Difference of ${outcomes.name}`), history ? timeline([{ name: 'estimate', values: history.low.map((low, i) => low === null || history.high[i] === null ? null : (low + history.high[i]) / 2), tone: 'tone-1' }], { name: `Difference of ${outcomes.name}`, step: history.step, unit: format.number, band: { low: history.low, high: history.high, name: '95 % at all times' } }) : null) : null),
    h('div', { class: 'pair' },
      parts.table('Both arms', [['Arm'], ['Calls', 'number'], ['Failed', 'number'], ...(outcomes ? [['Outcomes', 'number'], [outcomes.name, 'number']] : [])], [
        [`canary ${canary.version}`, format.count(canary.calls), format.percent(format.share(canary.errors, canary.calls)), ...(outcomes ? [format.count(outcomes.treatment), format.number(outcomes.treatmentMean)] : [])],
        [`default ${detail.default}`, format.count(canary.controlCalls), format.percent(format.share(canary.controlErrors, canary.controlCalls)), ...(outcomes ? [format.count(outcomes.control), format.number(outcomes.controlMean)] : [])]], { class: 'cards' }),
      parts.table('Evidence by test', [['Test'], ['Evidence', 'number'], ['Of the limit']], parted.filter(([, value]) => value !== undefined).map(([test, value]) => [test, format.number(value), meter(scale(value), `${test}: evidence ${format.number(value)}`)]), { class: 'cards' })),
    outcomes?.mismatch ? h('p', { class: 'note warn' }, 'Outcomes do not come from both arms in the shares of their calls: do not trust the comparison of outcomes.') : null,
    outcomes?.waiting ? h('p', { class: 'more' }, `${format.plural(outcomes.waiting, 'outcome')} of young predictions are not judged yet.`) : null);
}

const shadow = one => parts.card(`Shadow ${one.version}`, null, parts.tiles(
  parts.tile('Compared', format.count(one.compared)), parts.tile('Different', format.percent(format.share(one.different, one.compared)), format.plural(one.different, 'call')),
  parts.tile('Failed', format.count(one.failed)), parts.tile('Not copied', format.count(one.dropped)), parts.tile('Largest difference', format.number(one.largest))), one.last ? h('p', { class: 'more' }, one.last) : null);

function versions(detail) {
  const rows = detail.versions.map(version => ({
    key: version.version,
    cells: [
      version.version || 'the model',
      [parts.badge(version.state), version.error ? h('p', { class: 'error-text' }, version.error) : null],
      version.labels?.length ? version.labels.map(label => h('span', { class: 'chip' }, label)) : format.none,
      Object.keys(version.lineage ?? {}).length ? h('dl', { class: 'facts' }, Object.entries(version.lineage).map(([fact, value]) => [h('dt', null, fact), h('dd', null, value)])) : format.none,
      format.count(version.traffic?.calls ?? version.served),
      format.seconds(version.traffic?.p50), format.seconds(version.traffic?.p99),
      version.traffic ? format.percent(format.share(version.traffic.failed, version.traffic.calls)) : format.none,
      format.bytes(version.bytes), parts.digest(version.digest),
      ...(detail.act && detail.versioned ? [version.version !== detail.default && version.state !== 'draining' ? parts.act('promote', 'Promote…', { version: version.version }, 'small') : format.none] : []),
    ],
  }));
  return parts.card('Versions', { aside: h('span', { class: 'more' }, format.plural(rows.length, 'version')) },
    parts.table('Versions', [['Version'], ['State'], ['Labels'], ['Made from'], ['Calls', 'number'], ['p50', 'number'], ['p99', 'number'], ['Failed', 'number'], ['Size', 'number'], ['Digest'], ...(detail.act && detail.versioned ? [['Action']] : [])], rows, { class: 'cards' }));
}

function stages(detail, history) {
  if (!detail.stages?.length) return null;
  const caches = detail.stages.filter(stage => stage.cache), batches = detail.stages.filter(stage => stage.batching);
  return parts.card('Cache and batches', null,
    h('div', { class: 'pair' },
      caches.length ? h('div', null, h('h3', null, 'Cache'), parts.table('Cache', [['Version'], ['Answered from it', 'number'], ['Rows kept', 'number'], ['Memory', 'number'], ['State']], caches.map(({ version, cache }) => [version || 'the model', format.percent(format.share(cache.hits, cache.hits + cache.misses)), format.count(cache.entries), format.bytes(cache.bytes), cache.on ? parts.badge('healthy', 'on') : parts.badge('plain', 'off: it saves no time')]), { class: 'cards' }),
        history ? timeline([{ name: 'from the cache', values: history.cacheHits, tone: 'tone-1' }], { name: 'Share of rows answered from the cache', step: history.step, unit: format.percent }) : null) : null,
      batches.length ? h('div', null, h('h3', null, 'Batches'), parts.table('Batches', [['Version'], ['Most rows', 'number'], ['Waits', 'number'], ['Rows queued', 'number'], ['In flight', 'number'], ['State']], batches.map(({ version, batching }) => [version || 'the model', format.count(batching.rowLimit), format.seconds(batching.delay), format.count(batching.queued), format.count(batching.inFlight), batching.aside ? parts.badge('plain', 'aside: it saves no time') : parts.badge('healthy', 'on')]), { class: 'cards' }),
        history ? timeline([{ name: 'queued rows', values: history.queued, tone: 'tone-2' }], { name: 'Rows in the queue', step: history.step, unit: format.count }) : null) : null));
}

function signature(detail) {
  const { info } = detail;
  const ports = [...info.inputs.map(port => ['input', port]), ...info.outputs.map(port => ['output', port])];
  return parts.card('Signature', null,
    parts.table('Inputs and outputs', [['Name'], ['Kind'], ['Type']], ports.map(([kind, port]) => [port.name, port.optional ? `${kind}, optional` : kind, h('code', null, port.type)]), { class: 'cards' }),
    h('dl', { class: 'facts wide' }, [['Digest', info.digest], ['Provider', info.provider], ['Rows are independent', info.rowIndependent ? 'proved' : 'not proved'], ['Equal inputs give equal outputs', info.deterministic ? 'yes' : 'no'], ...Object.entries(info.metadata)].filter(([, value]) => value).map(([fact, value]) => [h('dt', null, fact), h('dd', null, value)])));
}
