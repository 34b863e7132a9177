import { intervals, meter } from './charts.js';
import { h } from './dom.js';
import * as format from './format.js';
import { head } from './model.js';
import * as parts from './parts.js';
import { get, modelPath } from './session.js';

// How right a model is: from labels, and estimated from all rows; by slice; how long labels take.
export function performance(name) {
  let read = null;
  return {
    title: `${name}: performance`,
    period: 10000,
    async load(signal) { read = await get(modelPath(name, '/performance'), signal); },
    view() {
      if (!read.metrics) return [...head(name, 'performance'), read.watched.length ? watched(read.watched) : null, parts.empty('Nobody reports what becomes of this model’s predictions. Add ', h('code', null, '.UseFeedback()'), ' to it, and report labels by the id of the prediction.')];
      const names = [...new Set(read.metrics.map(metric => metric.name))];
      return [...head(name, 'performance'), labels(read), read.watched.length ? watched(read.watched) : null,
        names.length ? names.map(metric => table(metric, read.metrics.filter(one => one.name === metric))) : parts.empty('No metric is known yet: too few labels have arrived.'),
        read.coverage.length ? coverage(read.coverage) : null, reports(read)];
    },
  };
}

const labels = read => parts.card('Labels', null,
  read.storeError ? h('p', { class: 'note warn' }, `The store of predictions does not answer: ${read.storeError}`) : null,
  parts.tiles(
    parts.tile('Half of the labels', read.delayP50 === undefined ? 'not known yet' : format.seconds(read.delayP50), 'after the prediction'),
    parts.tile('95 % of the labels', read.delayP95 === undefined ? 'not known yet' : format.seconds(read.delayP95), 'younger predictions are not judged'),
    parts.tile('Predictions kept', format.count(read.predictions), `${format.percent(read.share)} of all`),
    parts.tile('Waiting to be written', format.count(read.pending), read.dropped ? `${format.count(read.dropped)} dropped` : 'none dropped', read.dropped ? 'warn' : ''),
    parts.tile('Store', read.store, null, read.store === 'unavailable' ? 'bad' : '')));

const figure = (value, low, high) => [h('b', null, format.number(value)), low === undefined ? null : h('span', { class: 'more span' }, ` ${format.number(low)} to ${format.number(high)}`)];

function table(metric, all) {
  const values = all.flatMap(one => [one.low, one.high, one.value, one.estimate, one.estimateLow, one.estimateHigh]).filter(value => value !== undefined);
  const low = Math.min(...values), high = Math.max(...values);
  const estimated = all.some(one => one.estimate !== undefined);
  const rows = all.map(one => {
    // The whole has no segment; it comes first.
    const slice = one.segment === undefined ? 'all rows' : `${one.column} = ${one.segment}`;
    const apart = one.low !== undefined && one.estimateLow !== undefined && (one.low > one.estimateHigh || one.high < one.estimateLow);
    return {
      key: `${one.version} ${one.column ?? ''} ${one.segment ?? ''}`,
      cells: [[slice, apart ? parts.badge('warning', 'labels disagree with the estimate') : null], one.version || format.none,
        figure(one.value, one.low, one.high),
        ...(estimated ? [figure(one.estimate, one.estimateLow, one.estimateHigh)] : []),
        intervals([{ low: one.low, high: one.high, value: one.value, tone: 'tone-1' }, ...(estimated ? [{ low: one.estimateLow, high: one.estimateHigh, value: one.estimate, tone: 'tone-2' }] : [])], low, high, `${metric}, ${slice}: ${format.number(one.value)} from labels, ${format.number(one.estimate)} estimated`),
        format.count(one.rows)],
    };
  });
  return parts.card(metric, { aside: h('ul', { class: 'legend' }, h('li', null, h('span', { class: 'swatch tone-1', 'aria-hidden': 'true' }), 'from labels'), estimated ? h('li', null, h('span', { class: 'swatch tone-2', 'aria-hidden': 'true' }), 'estimated') : null) },
    parts.table(`${metric} by slice`, [['Slice'], ['Version'], ['From labels', 'wide'], ...(estimated ? [['Estimated', 'wide']] : []), [`${format.number(low)} to ${format.number(high)}`, 'wide'], ['Labelled rows', 'number']], rows, { class: 'cards' }));
}

function watched(metrics) {
  const rows = metrics.map(one => {
    const values = [one.reference, one.low, one.high, one.realized].filter(value => value !== undefined), low = Math.min(...values), high = Math.max(...values);
    const outside = one.realized !== undefined && (one.realized < one.low || one.realized > one.high);
    return {
      key: `${one.version} ${one.name}`,
      cells: [[one.name, outside ? parts.badge('warning', 'labels disagree with the estimate') : null], one.version || format.none, format.number(one.reference), figure(one.estimate, one.low, one.high), format.number(one.realized),
        intervals([{ value: one.reference, tone: 'tone-3' }, { low: one.low, high: one.high, value: one.estimate, tone: 'tone-2' }, { value: one.realized, tone: 'tone-1' }], low, high, `${one.name}: ${format.number(one.reference)} on the reference, ${format.number(one.estimate)} estimated, ${format.number(one.realized)} from labels`),
        format.percent(one.reliability), format.count(one.rows)],
    };
  });
  return parts.card('On the last rows', { aside: h('ul', { class: 'legend' }, [['tone-3', 'reference'], ['tone-2', 'estimated without labels'], ['tone-1', 'from labels']].map(([tone, text]) => h('li', null, h('span', { class: `swatch ${tone}`, 'aria-hidden': 'true' }), text))) },
    parts.table('Metrics on the last rows', [['Metric'], ['Version'], ['Reference', 'number'], ['Estimated', 'wide'], ['From labels', 'number'], ['Compared', 'wide'], ['Reliable', 'number'], ['Rows', 'number']], rows, { class: 'cards' }));
}

const coverage = ages => parts.card('Labelled by age', null,
  parts.table('Share of predictions with a label, by age', [['Age'], ['Labelled', 'wide'], ['Predictions', 'number']], ages.map(age => [
    `${format.seconds(age.from)} to ${format.seconds(age.to)}`,
    [h('span', { class: 'beside' }, format.percent(format.share(age.labelled, age.predictions))), meter(format.share(age.labelled, age.predictions), `${format.percent(format.share(age.labelled, age.predictions))} labelled`)],
    format.count(age.predictions)]), { class: 'cards' }));

const reports = read => parts.card('Reports since the start', null, Object.keys(read.reports).length ? parts.tiles(...Object.entries(read.reports).map(([answer, n]) => parts.tile(answer, format.count(n)))) : parts.empty('None.'));
