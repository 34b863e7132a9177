import { meter } from './charts.js';
import { h, morphChildren } from './dom.js';
import * as format from './format.js';
import { head } from './model.js';
import * as parts from './parts.js';
import { get, modelPath, post } from './session.js';

// A form from the model's signature: one call, its outputs, and the way it took.
const largest = 100000;

export function tryIt(name) {
  let detail = null, result = null, busy = false;
  return {
    title: `${name}: try it`,
    async load(signal) {
      detail = await get(modelPath(name, '', { history: 'no' }), signal);
      detail.info?.inputs.forEach((port, i) => { port.id = i; });
    },
    view() {
      if (!detail.info) return [...head(name, 'try'), parts.empty(detail.note || 'The model is not loaded.')];
      if (!detail.infer) return [...head(name, 'try'), parts.empty('You may not run this model.')];
      const odd = detail.info.inputs.filter(port => !port.datatype || port.datatype === 'FP16' || port.datatype === 'BF16');
      if (odd.some(port => !port.optional)) return [...head(name, 'try'), parts.empty(`Input ${odd[0].name} is of type ${odd[0].type}, which has no form here.`)];
      return [...head(name, 'try'), h('div', { class: 'split even' }, form(detail), answer(result, busy))];
    },
    fill(how) {
      for (const port of detail.info.inputs) {
        const field = document.getElementById(fieldId(port, 'values'));
        if (field) field.value = sample(port, how, sizes(port));
      }
    },
    async submit(element) {
      const inputs = [];
      let bad = null;
      for (const port of detail.info.inputs) {
        const field = element.querySelector(`#${CSS.escape(fieldId(port, 'values'))}`);
        if (!field || (port.optional && field.value.trim() === '')) continue;
        const problem = document.getElementById(fieldId(port, 'problem'));
        try {
          inputs.push(read(port, field.value, sizes(port)));
          problem.textContent = '';
          field.removeAttribute('aria-invalid');
        } catch (error) {
          problem.textContent = error.message;
          field.setAttribute('aria-invalid', 'true');
          bad ??= field;
        }
      }
      if (bad) {
        bad.focus();
        return;
      }
      const version = element.querySelector('#try-version')?.value ?? '';
      busy = true;
      show();
      try {
        result = { ...await post(modelPath(name, '/try', { version }), { inputs }), error: null };
      } catch (error) {
        result = { error: error.message };
      }
      busy = false;
      show();
    },
  };

  function show() {
    const place = document.getElementById('answer');
    if (place) morphChildren(place, [...answer(result, busy).childNodes]);
  }
}

const fieldId = (port, what) => `in-${port.id}-${what}`;

function sizes(port) {
  const field = document.getElementById(fieldId(port, 'shape'));
  const text = field ? field.value : shapeText(port);
  return text.split(/[\s,×x]+/).filter(part => part).map(Number);
}

const shapeText = port => (port.shape ?? [1]).map(size => size < 0 ? 1 : size).join(', ');
const elements = shape => shape.reduce((product, size) => product * size, 1);

function sample(port, how, shape) {
  const n = Math.min(elements(shape), largest);
  const one = port.datatype === 'BYTES' ? () => how === 'zeros' ? '' : 'text' : port.datatype === 'BOOL' ? () => how !== 'zeros' && Math.random() < 0.5 : /INT/.test(port.datatype) ? () => how === 'zeros' ? 0 : Math.floor(Math.random() * 10) : () => how === 'zeros' ? 0 : Number((Math.random() * 2 - 1).toFixed(3));
  const all = Array.from({ length: n }, one);
  return port.datatype === 'BYTES' ? all.join('\n') : all.join(', ');
}

function read(port, text, shape) {
  if (shape.some(size => !Number.isInteger(size) || size < 0)) throw new Error('The shape: expected whole numbers, such as 1, 16.');
  const wanted = elements(shape);
  if (wanted > largest) throw new Error(`The shape has ${format.count(wanted)} elements; a form takes ${format.count(largest)}.`);
  const parts = port.datatype === 'BYTES' ? (wanted === 1 ? [text] : text.split('\n')) : text.split(/[\s,;[\]]+/).filter(part => part !== '');
  if (parts.length !== wanted) throw new Error(`Expected ${format.plural(wanted, port.datatype === 'BYTES' ? 'line' : 'value')}, got ${format.count(parts.length)}.`);
  return { name: port.name, datatype: port.datatype, shape, data: parts.map(part => value(port, part)) };
}

function value(port, part) {
  if (port.datatype === 'BYTES') return part;
  if (port.datatype === 'BOOL') {
    if (!/^(true|false|0|1)$/i.test(part)) throw new Error(`Expected true or false, got ${part}.`);
    return /^(true|1)$/i.test(part);
  }
  const number = Number(part);
  if (/^(nan|-?inf(inity)?)$/i.test(part) && port.datatype.startsWith('FP')) return /nan/i.test(part) ? 'NaN' : part.startsWith('-') ? '-Infinity' : 'Infinity';
  if (Number.isNaN(number)) throw new Error(`Expected numbers, got ${part}.`);
  if (!port.datatype.startsWith('FP') && !Number.isSafeInteger(number)) throw new Error(`Expected whole numbers up to 2⁵³, got ${part}.`);
  return number;
}

// The form is the user's: once it is there, it is left alone.
function form(detail) {
  const versions = detail.versioned ? detail.versions.filter(version => ['default', 'canary', 'standby'].includes(version.state)) : [];
  return parts.card('Inputs', null,
    h('form', { id: 'try', 'data-form': 'try', 'data-keep': '', novalidate: '' },
      versions.length > 1 ? h('p', { class: 'field' }, h('label', { for: 'try-version' }, 'Version'), h('select', { id: 'try-version' }, h('option', { value: '' }, 'as calls are routed'), versions.map(version => h('option', { value: version.version }, `${version.version} (${version.state})`)))) : null,
      detail.info.inputs.map(port => field(port)),
      h('div', { class: 'actions' }, h('button', { type: 'submit', class: 'button primary' }, 'Run'), h('button', { type: 'button', class: 'button', 'data-fill': 'random' }, 'Random values'), h('button', { type: 'button', class: 'button', 'data-fill': 'zeros' }, 'Zeros'))));
}

function field(port) {
  const varies = !port.shape || port.shape.some(size => size < 0), hint = port.datatype === 'BYTES' ? 'a text on each line' : port.datatype === 'BOOL' ? 'true or false, separated by commas' : 'numbers, separated by commas or spaces';
  const shape = (port.shape ?? [1]).map(size => size < 0 ? 1 : size);
  const box = h('textarea', { id: fieldId(port, 'values'), rows: elements(shape) > 8 ? 4 : 2, spellcheck: 'false', 'aria-describedby': `${fieldId(port, 'hint')} ${fieldId(port, 'problem')}` });
  box.value = sample(port, port.datatype === 'BYTES' ? 'text' : 'zeros', shape);
  return h('fieldset', { class: 'field' }, h('legend', null, port.name, ' ', h('code', null, port.type), port.optional ? ' optional' : ''),
    varies ? h('p', { class: 'row' }, h('label', { for: fieldId(port, 'shape') }, 'Shape'), h('input', { id: fieldId(port, 'shape'), type: 'text', value: shapeText(port), spellcheck: 'false', autocomplete: 'off' })) : null,
    h('label', { for: fieldId(port, 'values') }, 'Values'), box, h('p', { class: 'more', id: fieldId(port, 'hint') }, hint), h('p', { class: 'error-text', id: fieldId(port, 'problem'), role: 'alert' }));
}

function answer(result, busy) {
  const body = busy ? [parts.empty('Running…')] : !result ? [parts.empty('Run the model to see its outputs, and the way the call took.')] : result.error ? [h('p', { class: 'note bad', role: 'alert' }, result.error)] : answered(result);
  return parts.card('Answer', { id: 'answer', 'aria-live': 'polite', 'aria-busy': String(busy) }, body);
}

function answered(result) {
  const total = result.timings.reduce((sum, timing) => sum + timing.time, 0);
  return [
    parts.tiles(parts.tile('Version', result.version ?? format.none), parts.tile('Duration', format.seconds(result.elapsed)), result.prediction ? parts.tile('Prediction', h('code', { class: 'long' }, result.prediction), 'for feedback') : null),
    h('h3', null, 'Path'), result.path.length ? h('ol', { class: 'path' }, result.path.map(step => h('li', null, step))) : h('p', { class: 'more' }, 'Straight to the model.'),
    result.placement ? h('p', { class: 'more' }, `Placement: ${result.placement}`) : null,
    result.timings.length ? [h('h3', null, 'Time by stage'), parts.table('Time by stage', [['Stage'], ['Time', 'number'], ['Share', 'wide']], result.timings.map(timing => [timing.stage, format.seconds(timing.time), meter(timing.time / (total || 1), `${timing.stage}: ${format.percent(timing.time / (total || 1))}`)]))] : null,
    result.outputs.map(output => [h('h3', null, output.name, ' ', h('code', null, `${output.datatype} [${output.shape.join(', ')}]`)), values(output)]),
  ];
}

function values(output) {
  if (!output.data) return h('p', { class: 'more' }, `${format.count(output.elements)} elements: too many to show, or of a type without a form here.`);
  const width = output.shape.length > 1 ? output.shape.at(-1) : 1, numbers = output.data.every(one => typeof one === 'number');
  const more = output.data.length < output.elements ? h('p', { class: 'more' }, `The first ${format.count(output.data.length)} of ${format.count(output.elements)} elements.`) : null;
  if (output.data.length <= 64 && numbers && output.data.length > 1) {
    const top = Math.max(...output.data.map(Math.abs), 1e-12);
    return [parts.table(output.name, [['Element'], ['Value', 'number'], ['', 'wide']], output.data.map((one, i) => [width > 1 ? `${Math.floor(i / width)}, ${i % width}` : String(i), format.number(one), meter(Math.abs(one) / top, format.number(one))])), more];
  }
  return [h('pre', { tabindex: '0', 'aria-label': `Values of ${output.name}` }, output.data.map(one => typeof one === 'number' ? format.number(one) : String(one)).join(output.datatype === 'BYTES' ? '\n' : ', ')), more];
}
