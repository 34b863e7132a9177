import { bars } from './bars.js';

/** Shows the kind of iris that has the measurements of the sliders. */
export function measure(model) {
  const sliders = [...document.querySelectorAll('input[type=range]')];
  const show = bars('flowers', ['setosa', 'versicolor', 'virginica']);
  const update = () => {
    for (const slider of sliders) slider.nextElementSibling.textContent = `${slider.value} cm`;
    const start = performance.now();
    show(model.Tell(sliders.map(slider => Number(slider.value))), performance.now() - start);
  };
  for (const slider of sliders) slider.addEventListener('input', update);
  update();
}
