import { h } from './dom.js';
import * as format from './format.js';
import { modelPath, post, session, useKey, refresh } from './session.js';
import { restart } from './stream.js';

// Forms of actions: each says what will happen, and asks why.
const serving = new Set(['default', 'canary', 'standby']);

function describe(action, detail, chosen) {
  const canary = detail.canary, calls = format.rate(chosen.rate);
  switch (action) {
    case 'promote': return `Version ${chosen.version} answers all calls from now on (${calls} at present), after it is loaded and has passed its gates. Version ${detail.default} stays ready for a rollback.${canary && canary.version !== chosen.version ? ` The trial of ${canary.version} ends.` : ''}`;
    case 'rollback': return canary
      ? `The canary ${canary.version} gets no calls any more and is not chosen again until its files change. Version ${detail.default} answers all calls.`
      : `Version ${detail.default} is replaced at once by the default before it, and is not chosen again until its files change.`;
    case 'canary': return `Version ${chosen.version} answers ${format.number(chosen.percent)} % of the calls. It is compared with ${detail.default}, and rolled back by itself if it is worse.`;
    case 'freeze': return `Version ${canary.version} gets no calls any more, but is not judged to be bad: its trial and its evidence stay, and go on when it gets a share again.`;
    case 'label': return `Calls that ask for the label “${chosen.label || '…'}” are answered by version ${chosen.version}. A version that has the label now loses it.`;
    case 'acknowledge': return `The alarm of version ${detail.monitored || detail.default || ''} counts as seen: it is not told again until another column changes. What changed stays changed.`;
    case 'silence': return chosen.minutes > 0 ? `Receivers are told of no alerts of this model for ${format.seconds(chosen.minutes * 60)}. States, health and meters go on; what then still holds is told afterwards.` : 'The silence ends now.';
    default: return '';
  }
}

const titles = { promote: 'Promote a version', rollback: 'Roll back', canary: 'Canary', freeze: 'Freeze the canary', label: 'Label a version', acknowledge: 'Acknowledge the alarm', silence: 'Silence alerts' };
const verbs = { promote: 'Promote', rollback: 'Roll back', canary: 'Start', freeze: 'Freeze', label: 'Label', acknowledge: 'Acknowledge', silence: 'Silence' };

/** Opens the form of an action; calls done after it was carried out. */
export function openAction(action, detail, data, summary, done) {
  const versions = (detail.versions ?? []).filter(version => action === 'label' ? serving.has(version.state) || version.state === 'available' : version.version !== detail.default && version.state !== 'draining').map(version => version.version);
  const choices = ['promote', 'canary', 'label'].includes(action);
  const version = choices ? h('select', { id: 'act-version', required: true }, versions.map(one => h('option', { value: one, selected: one === data.version }, one))) : null;
  const percent = action === 'canary' ? h('input', { id: 'act-percent', type: 'number', min: 0, max: 100, step: 'any', required: true, value: detail.canary?.percent || 10 }) : null;
  const label = action === 'label' ? h('input', { id: 'act-label', type: 'text', maxlength: 128, required: true, autocomplete: 'off' }) : null;
  const minutes = action === 'silence' ? h('select', { id: 'act-minutes' }, [[30, '30 minutes'], [60, '1 hour'], [240, '4 hours'], [1440, '1 day'], [10080, '7 days'], [0, 'end the silence now']].map(([value, text]) => h('option', { value, selected: value === 60 }, text))) : null;
  const reason = h('textarea', { id: 'act-reason', required: true, maxlength: 1024, rows: 3, 'aria-describedby': 'act-problem' });
  const what = h('p', { class: 'what', id: 'act-what' }), problem = h('p', { class: 'error-text', id: 'act-problem', role: 'alert' });
  const field = (element, text) => element ? h('p', { class: 'field' }, h('label', { for: element.id }, text), element) : null;
  const confirm = h('button', { type: 'submit', class: `button ${action === 'rollback' ? 'danger' : 'primary'}`, id: 'act-confirm' }, verbs[action]);
  const chosen = () => ({ version: version?.value ?? data.version, percent: percent ? Number(percent.value) : undefined, label: label?.value.trim(), minutes: minutes ? Number(minutes.value) : undefined, rate: summary?.rate });
  const update = () => { what.textContent = describe(action, detail, chosen()); };
  const form = h('form', { novalidate: '' }, h('h2', { id: 'act-title' }, titles[action]), field(version, 'Version'), field(percent, 'Share of the calls, in %'), field(label, 'Label'), field(minutes, 'For'),
    what, field(reason, 'Why (is recorded, with your name)'), h('p', { class: 'more' }, `You act as ${session().user ?? 'anonymous (dashboard)'}.`), problem,
    h('div', { class: 'actions' }, confirm, h('button', { type: 'button', class: 'button', id: 'act-cancel' }, 'Cancel')));
  const dialog = show(form, { 'aria-labelledby': 'act-title', 'aria-describedby': 'act-what' });
  update();
  form.addEventListener('input', update);
  form.addEventListener('submit', async event => {
    event.preventDefault();
    const missing = [version, percent, label, reason].find(one => one && (one.value.trim() === '' || !one.checkValidity()));
    if (missing) {
      problem.textContent = missing === reason ? 'Say why: the reason is recorded.' : 'This field needs a value.';
      missing.focus();
      return;
    }
    confirm.disabled = true;
    problem.textContent = '';
    const { rate, ...sent } = chosen();
    const expect = action === 'freeze' || (action === 'rollback' && detail.canary) ? `canary ${detail.canary.version}` : action === 'promote' || action === 'rollback' ? `default ${detail.default}` : undefined;
    try {
      const answer = await post(modelPath(detail.name, `/actions/${action}`), { ...sent, expect, reason: reason.value.trim() });
      dialog.close();
      toast(answer.done);
      done();
    } catch (error) {
      problem.textContent = error.message;
      confirm.disabled = false;
    }
  });
}

/** Opens the form that signs in with a key. */
export function openSignIn() {
  const key = h('input', { id: 'key', type: 'password', autocomplete: 'off', required: true, 'aria-describedby': 'key-problem' }), problem = h('p', { class: 'error-text', id: 'key-problem', role: 'alert' });
  const form = h('form', { novalidate: '' }, h('h2', { id: 'key-title' }, 'Sign in with a key'), h('p', { class: 'field' }, h('label', { for: 'key' }, 'Key'), key), h('p', { class: 'more' }, 'The key stays in this tab, and is forgotten when the tab is closed.'), problem, h('div', { class: 'actions' }, h('button', { type: 'submit', class: 'button primary' }, 'Sign in'), h('button', { type: 'button', class: 'button' }, 'Cancel')));
  const dialog = show(form, { 'aria-labelledby': 'key-title' });
  form.addEventListener('submit', async event => {
    event.preventDefault();
    try {
      await useKey(key.value.trim());
      dialog.close();
      restart();
    } catch (error) {
      problem.textContent = error.message;
      key.focus();
    }
  });
}

export async function signOut() {
  await useKey('');
  await refresh();
  restart();
}

function show(form, attributes) {
  const dialog = h('dialog', attributes, form);
  const back = document.activeElement;
  document.body.append(dialog);
  form.querySelector('.actions button[type=button]').addEventListener('click', () => dialog.close());
  dialog.addEventListener('close', () => {
    dialog.remove();
    if (back?.isConnected) back.focus();
    else document.querySelector('h1')?.focus();
  });
  dialog.showModal();
  (form.querySelector('textarea, input, select') ?? form).focus();
  return dialog;
}

/** Says in passing what was done. */
export function toast(text) {
  const place = document.getElementById('toasts'), note = h('p', { class: 'toast' }, text);
  while (place.childElementCount > 2) place.firstChild.remove();
  place.append(note);
  setTimeout(() => note.remove(), 8000);
}
