import { openAction, openSignIn, signOut } from './dialog.js';
import { data } from './data.js';
import { decisions } from './decisions.js';
import { h, morphChildren } from './dom.js';
import { model } from './model.js';
import { overview, alerts } from './overview.js';
import * as parts from './parts.js';
import { performance } from './performance.js';
import { hasKey, refresh, RequestError, session } from './session.js';
import { connection, listen, models, restart } from './stream.js';
import { tryIt } from './tryit.js';

// Chooses the page by the address, and keeps it up to date.
const pages = { '': model, data, performance, decisions, try: tryIt };
const content = document.getElementById('content');
let page = null, control = null, timer = 0, trouble = '', shown = '', fresh = false, told;

function choose() {
  const [path, query] = location.hash.replace(/^#/, '').split('?');
  const [first, name, which = ''] = path.split('/').filter(part => part).map(part => {
    try {
      return decodeURIComponent(part);
    } catch {
      return part;
    }
  });
  if (first !== 'models' || name === undefined) return first === undefined ? overview() : undefined;
  const made = pages[which]?.(name, new URLSearchParams(query));
  return made && { ...made, about: name };
}

async function go() {
  control?.abort();
  clearTimeout(timer);
  page?.dispose?.();
  page = choose() ?? { title: 'No such page', view: () => [h('h1', { tabindex: '-1' }, 'There is no such page'), parts.empty(parts.link('#/', 'Go to the overview'))] };
  trouble = '';
  const place = location.hash.split('?')[0], moved = place !== shown;
  fresh = moved;
  const mine = page;
  // A live page shows what it has while it asks for more.
  if (page.live) {
    render();
    load();
  } else {
    await load();
  }
  if (mine !== page) return;
  if (moved && shown !== '') {
    scrollTo(0, 0);
    document.querySelector('h1')?.focus({ preventScroll: true });
  }
  shown = place;
}

async function load() {
  const mine = page;
  control = new AbortController();
  try {
    if (page.load && session().read) await page.load(control.signal);
    trouble = '';
  } catch (error) {
    if (error.name === 'AbortError' || mine !== page) return;
    trouble = error instanceof RequestError && error.status === 404 ? 'gone' : error.message;
    page.failed = true;
  }
  if (mine !== page) return;
  if (!trouble) page.ready = true;
  render();
  // A page that nobody looks at asks for nothing.
  if (page.period) timer = setTimeout(() => document.hidden ? waitUntilSeen(mine) : load(), trouble ? Math.max(page.period, 5000) : page.period);
}

function waitUntilSeen(mine) {
  document.addEventListener('visibilitychange', () => { if (mine === page) load(); }, { once: true });
}

function render() {
  told = models.get(page.about);
  renderTop();
  document.title = `${page.title} · ${session().title}`;
  // Another page is made anew; the same one keeps focus and scrolling.
  if (fresh) content.replaceChildren(...flatten(body()));
  else morphChildren(content, flatten(body()));
  fresh = false;
}

const flatten = nodes => nodes.flat(Infinity).filter(node => node instanceof Node);

function body() {
  if (!session().read) return [h('h1', { tabindex: '-1' }, 'Sign in'), parts.empty('You may not see this server’s models.', session().user ? ` You are signed in as ${session().user}.` : '', ' '), session().keyHeader ? h('p', null, h('button', { type: 'button', class: 'button primary', 'data-do': 'sign-in' }, 'Sign in with a key')) : null];
  if (page.live) return connection().state === 'connecting' ? [h('h1', { tabindex: '-1' }, page.title), parts.empty('Loading…')] : page.view();
  if (trouble === 'gone') return [h('h1', { tabindex: '-1' }, 'There is no such model'), parts.empty(parts.link('#/', 'Go to the overview'))];
  const note = trouble ? [h('p', { class: 'note bad', role: 'alert', 'data-key': 'trouble' }, trouble)] : [];
  return page.ready || !page.load ? [...note, ...page.view()] : trouble ? [h('h1', { tabindex: '-1' }, page.title), ...note] : [h('h1', { tabindex: '-1' }, page.title), parts.empty('Loading…')];
}

function renderTop() {
  const { state, problem } = connection(), user = session().user, count = alerts().length;
  const words = { live: 'live', connecting: 'connecting', lost: 'connection lost', denied: 'not allowed' };
  morphChildren(document.getElementById('top'), [
    h('a', { class: 'brand', href: '#/' }, h('img', { src: 'dashboard-files/icon.svg', alt: '', width: 26, height: 26 }), h('span', null, session().title)),
    h('nav', { class: 'main', 'aria-label': 'Main' }, h('a', { href: '#/', 'aria-current': page?.live ? 'page' : null }, 'Overview', count ? h('span', { class: 'count' }, String(count), h('span', { class: 'visually-hidden' }, ' need attention')) : null)),
    h('span', { class: `live ${state}` }, h('span', { class: 'pulse', 'aria-hidden': 'true' }), words[state]),
    h('div', { class: 'who' },
      user ? h('span', { class: 'user', title: 'Your name in the log of decisions' }, user) : null,
      hasKey() && user ? h('button', { type: 'button', class: 'button small', 'data-do': 'sign-out' }, 'Sign out') : session().keyHeader && !user ? h('button', { type: 'button', class: 'button small', 'data-do': 'sign-in' }, 'Sign in') : null,
      h('button', { type: 'button', class: 'button small', 'data-do': 'theme', 'aria-label': `Colours: ${theme()}. Change` }, { auto: '◐ Auto', light: '☀ Light', dark: '☾ Dark' }[theme()])),
  ]);
  const banner = document.getElementById('banner');
  const text = state === 'lost' ? `Connection lost: ${problem} What is shown may be old.` : '';
  if (banner.textContent !== text) banner.textContent = text;
}

const theme = () => localStorage.getItem('inference-dashboard-theme') ?? 'auto';
function applyTheme() {
  if (theme() === 'auto') document.documentElement.removeAttribute('data-theme');
  else document.documentElement.setAttribute('data-theme', theme());
}

const doings = {
  'sign-in': openSignIn,
  'sign-out': async () => { await signOut(); go(); },
  theme: () => {
    localStorage.setItem('inference-dashboard-theme', { auto: 'light', light: 'dark', dark: 'auto' }[theme()]);
    applyTheme();
    renderTop();
  },
};

// Handlers are on the document: elements come and go.
document.addEventListener('click', event => {
  const target = event.target.closest('[data-do], [data-act], [data-toggle], [data-fill]');
  if (!target) return;
  const { do: doing, act, toggle, fill } = target.dataset;
  if (doing) doings[doing]();
  else if (act) openAction(act, page.detail(), target.dataset, models.get(page.detail().name), () => reload());
  else if (toggle) {
    page.toggle(toggle);
    reload();
  } else page.fill(fill);
});
document.addEventListener('input', event => {
  if (event.target.dataset.find) {
    page.find?.(event.target.value.trim());
    render();
  }
});
document.addEventListener('submit', event => {
  event.preventDefault();
  if (event.target.dataset.form) page.submit(event.target);
});
document.getElementById('skip').addEventListener('click', event => {
  event.preventDefault();
  content.focus();
});
window.addEventListener('hashchange', go);

function reload() {
  control?.abort();
  clearTimeout(timer);
  load();
}

let wasRead = false;
listen(() => {
  if (connection().state === 'connecting' && wasRead !== session().read) {
    wasRead = session().read;
    go();
  } else if (!document.hidden && (page?.live || connection().state !== 'live' || (page?.ready && models.get(page.about) !== told))) render();
  else if (!document.hidden) renderTop();
});
document.addEventListener('visibilitychange', () => { if (!document.hidden) render(); });

async function begin() {
  applyTheme();
  for (let wait = 1000; ; wait = Math.min(wait * 2, 15000)) {
    try {
      await refresh();
      break;
    } catch (error) {
      content.replaceChildren(h('h1', { tabindex: '-1' }, 'The server does not answer'), parts.empty(error.message));
      await new Promise(resolve => setTimeout(resolve, wait));
    }
  }
  wasRead = session().read;
  page = choose();
  restart();
  await go();
}

begin();
