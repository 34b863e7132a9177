/** A list of probabilities; returns what shows new ones: the answer with the time that it took, and a bar for each name. */
export function bars(id, names) {
  const list = document.getElementById(`${id}-bars`);
  const answer = document.getElementById(`${id}-answer`);
  const meters = names.map(name => {
    const item = list.appendChild(document.createElement('li'));
    const text = item.appendChild(document.createElement('span'));
    text.textContent = name;
    const meter = item.appendChild(document.createElement('meter'));
    meter.ariaLabel = name;
    return meter;
  });
  return (probabilities, time) => {
    const best = probabilities.indexOf(Math.max(...probabilities));
    probabilities.forEach((p, i) => { meters[i].value = p; });
    answer.textContent = `${names[best]} (${(100 * probabilities[best]).toFixed(0)} %, ${time.toFixed(1)} ms)`;
    answer.dataset.answer = names[best];
    answer.dataset.time = time;
  };
}
