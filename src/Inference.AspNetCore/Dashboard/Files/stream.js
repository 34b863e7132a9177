import { open, RequestError } from './session.js';

// What the server tells of all models. The connection is opened anew when it ends; a page that hears nothing takes it to be lost.
const silence = 13000;
const longestWait = 15000;
export const models = new Map();
let state = 'connecting';
let problem = '';
let control = null;
let running = 0;
let listeners = [];

export const connection = () => ({ state, problem });
export const listen = listener => { listeners.push(listener); };
const tell = () => { for (const listener of listeners) listener(); };

function become(next, why = '') {
  if (state === next && problem === why) return;
  state = next;
  problem = why;
  tell();
}

/** Begins anew, as after a sign-in. */
export function restart() {
  paused = false;
  control?.abort();
  models.clear();
  become('connecting');
  run(++running);
}

// A browser has few connections to one server: a page that nobody looks at holds none.
const patience = 5000;
let leaving = 0, paused = false;

function pause() {
  paused = true;
  running++;
  control?.abort();
}

function resume() {
  clearTimeout(leaving);
  if (!paused || state === 'denied') return;
  paused = false;
  run(++running);
}

document.addEventListener('visibilitychange', () => {
  clearTimeout(leaving);
  if (document.hidden) leaving = setTimeout(pause, patience);
  else resume();
});
addEventListener('pagehide', pause);
addEventListener('pageshow', resume);

async function run(mine) {
  for (let wait = 500; mine === running;) {
    control = new AbortController();
    try {
      await read(await open('stream', control.signal), () => { wait = 500; });
      // An end without an error is the server's wish to be asked again.
    } catch (error) {
      if (mine !== running) return;
      if (error instanceof RequestError && (error.status === 401 || error.status === 403)) {
        models.clear();
        become('denied', error.message);
        return;
      }
      become('lost', error instanceof RequestError ? error.message : 'The connection was lost.');
    }
    await new Promise(resolve => setTimeout(resolve, wait));
    wait = Math.min(wait * 2, longestWait);
  }
}

async function read(response, heard) {
  const reader = response.body.getReader();
  const decoder = new TextDecoder();
  let text = '';
  let first = true;
  for (;;) {
    const { done, value } = await within(reader.read());
    if (done) return;
    heard();
    text += decoder.decode(value, { stream: true });
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      const event = text.slice(0, end);
      text = text.slice(end + 2);
      if (!event.startsWith('data: ')) continue;
      const changed = JSON.parse(event.slice(6));
      if (first) {
        const names = new Set(changed.map(model => model.name));
        for (const name of models.keys()) if (!names.has(name)) models.delete(name);
      }
      first = false;
      for (const model of changed) models.set(model.name, model);
      state = 'live';
      problem = '';
      tell();
    }
    if (state !== 'live' && !first) become('live');
  }
}

function within(promise) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => {
      control?.abort();
      reject(new RequestError(0, 'The server has not been heard for 13 seconds.'));
    }, silence);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}
