import { bars } from './bars.js';

const pen = 22;

/** Lets one draw in the field, and shows what the model recognises after each stroke. */
export function draw(model) {
  const canvas = document.getElementById('digits-canvas');
  const field = canvas.getContext('2d', { willReadFrequently: true });
  const show = bars('digits', [...'0123456789']);
  field.lineWidth = pen;
  field.lineCap = field.lineJoin = 'round';
  let drawing = false;

  const point = event => {
    const box = canvas.getBoundingClientRect();
    return [(event.clientX - box.left) * canvas.width / box.width, (event.clientY - box.top) * canvas.height / box.height];
  };
  canvas.addEventListener('pointerdown', event => {
    drawing = true;
    canvas.setPointerCapture(event.pointerId);
    field.beginPath();
    field.moveTo(...point(event));
  });
  canvas.addEventListener('pointermove', event => {
    if (!drawing) return;
    field.lineTo(...point(event));
    field.stroke();
  });
  canvas.addEventListener('pointerup', () => {
    drawing = false;
    const pixels = fit(canvas, field);
    if (!pixels) return;
    const start = performance.now();
    show(model.Recognise(pixels), performance.now() - start);
  });
  document.getElementById('digits-clear').addEventListener('click', () => field.clearRect(0, 0, canvas.width, canvas.height));
}

// What is drawn, fitted into 20 × 20 in the middle of 28 × 28, as the model was trained; null where there is nothing.
function fit(canvas, field) {
  const alpha = ({ data }, i) => data[4 * i + 3];
  const drawn = field.getImageData(0, 0, canvas.width, canvas.height);
  let [left, top, right, bottom] = [canvas.width, canvas.height, -1, -1];
  for (let i = 0; i < canvas.width * canvas.height; i++) {
    if (alpha(drawn, i) === 0) continue;
    const [x, y] = [i % canvas.width, Math.floor(i / canvas.width)];
    [left, right, top, bottom] = [Math.min(left, x), Math.max(right, x), Math.min(top, y), Math.max(bottom, y)];
  }
  if (right < 0) return null;
  const [width, height] = [right - left + 1, bottom - top + 1];
  const scale = 20 / Math.max(width, height);
  const small = new OffscreenCanvas(28, 28).getContext('2d');
  small.imageSmoothingQuality = 'high';
  small.drawImage(canvas, left, top, width, height, 14 - width * scale / 2, 14 - height * scale / 2, width * scale, height * scale);
  const image = small.getImageData(0, 0, 28, 28);
  return Uint8Array.from({ length: 28 * 28 }, (_, i) => alpha(image, i));
}
