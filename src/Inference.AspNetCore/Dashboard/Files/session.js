// Who the caller is, and requests to the server. A key stays in this tab: it is forgotten when the tab is closed.
const storage = 'inference-dashboard-key';
const api = new URL('dashboard-api/', document.baseURI.split('#')[0]);
let key = sessionStorage.getItem(storage);
let current = { title: 'Inference', read: false, infer: false, act: false, currency: '$' };

export class RequestError extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

export const session = () => current;
export const address = path => new URL(path, api);
/** The address of what is known of a model: modelPath(name, '/data', { version }). */
export const modelPath = (model, page = '', query = {}) => `model${page}?${new URLSearchParams(Object.entries({ model, ...query }).filter(([, value]) => value !== undefined && value !== null))}`;
export const hasKey = () => key !== null;

export function headers(more) {
  const all = { ...more };
  if (key !== null && current.keyHeader) all[current.keyHeader] = key;
  return all;
}

async function send(path, options) {
  let response;
  try {
    response = await fetch(address(path), { ...options, redirect: 'manual', cache: 'no-store' });
  } catch (error) {
    if (error.name === 'AbortError') throw error;
    throw new RequestError(0, 'The server does not answer. The page tries again.');
  }
  if (response.type === 'opaqueredirect') throw new RequestError(401, 'The sign-in has expired. Reload the page to sign in.');
  if (response.ok) return response;
  let message = `The server answered with status ${response.status}.`;
  try {
    message = (await response.json()).error ?? message;
  } catch {
    // The status says enough.
  }
  throw new RequestError(response.status, message);
}

export const get = async (path, signal) => (await send(path, { headers: headers(), signal })).json();
export const open = (path, signal) => send(path, { headers: headers({ Accept: 'text/event-stream' }), signal });

export async function post(path, body) {
  const response = await send(path, { method: 'POST', headers: headers({ 'Content-Type': 'application/json', [current.tokenHeader]: current.token }), body: JSON.stringify(body) });
  return response.json();
}

/** Reads who the caller is. */
export async function refresh() {
  current = await get('session');
  // The header of keys is known from the first answer on.
  if (key !== null && current.keyHeader && !current.user) current = await get('session');
  return current;
}

/** Signs in with a key; an empty one signs out. */
export async function useKey(next) {
  key = next || null;
  if (key === null) sessionStorage.removeItem(storage);
  else sessionStorage.setItem(storage, key);
  await refresh();
  if (key !== null && !current.user) {
    await useKey('');
    throw new RequestError(401, 'The key is not known.');
  }
}
