import { meter } from './charts.js';
import { h } from './dom.js';
import * as format from './format.js';
import * as parts from './parts.js';
import { get } from './session.js';
import { connection, listen, models } from './stream.js';

// The silos of the cluster, if the server belongs to one or calls one: what they said last, and why they say nothing more.
const columns = [['Silo'], ['State'], ['Address'], ['Calls in flight', 'number'], ['Bytes of models', 'wide'], ['Models'], ['Replicas']];
let silos = null, total = 0, heard = 0, trouble = '', absent = false;

// Another caller may see less.
listen(() => { if (connection().state === 'connecting') [silos, trouble, absent] = [null, '', false]; });

/** Whether the server said that there is no cluster. */
export const hasNoCluster = () => absent;

/** Asks for the silos. What they said before is kept while they do not answer. */
export async function askCluster(signal) {
  try {
    const read = await get('cluster', signal);
    trouble = read.fault ?? '';
    absent = !read.silos && !trouble;
    if (read.silos) [silos, total, heard] = [read.silos, read.count, Date.now()];
    else if (absent) silos = null;
  } catch (error) {
    if (error.name === 'AbortError') throw error;
    if (error.status === 401 || error.status === 403) [silos, trouble] = [null, ''];
    else if (silos || trouble) trouble = error.message;
  }
}

/** The section of the overview; null without a cluster. */
export function cluster() {
  if (!silos && !trouble) return null;
  return parts.card('Cluster', { 'data-key': 'cluster', aside: silos ? h('span', { class: 'more' }, format.plural(total, 'silo')) : null },
    trouble ? h('p', { class: 'note warn', 'data-key': 'trouble' }, h('span', { role: 'status' }, trouble), silos ? ` The table shows what the silos said ${format.ago(heard)}.` : null) : null,
    silos === null ? null : silos.length === 0 ? parts.empty('No silo has said anything yet.') : parts.table('Silos', columns, silos.map(row), { class: 'cards' }),
    total > silos?.length ? h('p', { class: 'more' }, `The first ${format.count(silos.length)} are shown.`) : null);
}

const row = silo => ({
  key: `${silo.name} ${silo.address}`,
  cells: [
    silo.name, parts.badge(silo.state, silo.state, silo.state === 'serving' ? 'good' : 'warn'), h('code', null, silo.address), format.count(silo.calls),
    [h('span', { class: 'span' }, `${format.bytes(silo.bytes)} of ${format.bytes(silo.maxBytes)}`), h('br'), meter(format.share(silo.bytes, silo.maxBytes), `${silo.name}: ${format.percent(format.share(silo.bytes, silo.maxBytes))} of the bytes that models may take`)],
    list(silo.modelCount, 'model', silo.models, silo.name), list(silo.replicaCount, 'replica', silo.replicas, silo.name),
  ],
});

// A model that is served here by this name has a page.
function list(count, what, names, silo) {
  if (names.length === 0) return format.plural(count, what);
  return h('details', null, h('summary', null, format.plural(count, what), h('span', { class: 'visually-hidden' }, ` of ${silo}`)),
    names.map(name => h('span', { class: 'chip' }, what === 'model' && models.has(name) ? parts.link(parts.modelLink(name), name) : name)),
    count > names.length ? h('span', { class: 'more' }, `and ${format.count(count - names.length)} more`) : null);
}
