// Makes and updates elements. Text from outside is always a text node, never markup.
const svgNamespace = 'http://www.w3.org/2000/svg';

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    element.setAttribute(name, value === true ? '' : String(value));
  }
  add(element, children);
  return element;
}

function add(element, children) {
  for (const child of children) {
    if (Array.isArray(child)) add(element, child);
    else if (child instanceof Node) element.append(child);
    else if (child !== null && child !== undefined && child !== false && child !== '') element.append(document.createTextNode(String(child)));
  }
}

/** Makes an element: h('p', { class: 'note' }, 'text', child, …). */
export const h = (tag, attributes, ...children) => fill(document.createElement(tag), attributes, children);

/** Makes an element of SVG. */
export const s = (tag, attributes, ...children) => fill(document.createElementNS(svgNamespace, tag), attributes, children);

// What a user changed, or a browser keeps, is not in the attributes that a page writes.
const kept = new Set(['open', 'value', 'checked']);

/** Makes one tree equal to another with the fewest changes, so that focus, selection and scrolling stay. Subtrees with data-keep, or whose other has data-same, are left as they are. */
export function morph(from, to) {
  if (from.nodeType !== to.nodeType || from.nodeName !== to.nodeName || key(from) !== key(to)) {
    from.replaceWith(to);
    return;
  }
  if (from.nodeType === Node.TEXT_NODE) {
    if (from.data !== to.data) from.data = to.data;
    return;
  }
  if (from.hasAttribute('data-keep') || to.hasAttribute('data-same')) return;
  for (const { name } of [...from.attributes]) if (!to.hasAttribute(name) && !kept.has(name)) from.removeAttribute(name);
  for (const { name, value } of [...to.attributes]) if (!kept.has(name) && from.getAttribute(name) !== value) from.setAttribute(name, value);
  morphChildren(from, [...to.childNodes]);
}

const key = node => node.nodeType === Node.ELEMENT_NODE ? node.getAttribute('data-key') : null;

/** Makes the children of an element equal to others. */
export function morphChildren(parent, wanted) {
  const keyed = new Map();
  for (const child of parent.childNodes) if (key(child) !== null) keyed.set(key(child), child);
  let at = parent.firstChild;
  for (const next of wanted) {
    const name = key(next);
    const known = name !== null ? keyed.get(name) : at !== null && key(at) === null && at.nodeName === next.nodeName ? at : null;
    if (known === next) {
      if (at === known) at = at.nextSibling;
      else parent.insertBefore(known, at);
    } else if (known) {
      if (known === at) at = at.nextSibling;
      else parent.insertBefore(known, at);
      morph(known, next);
    } else {
      parent.insertBefore(next, at);
    }
  }
  while (at !== null) {
    const after = at.nextSibling;
    at.remove();
    at = after;
  }
}
