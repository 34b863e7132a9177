import { bars } from './bars.js';

/** Listens to the microphone, and shows what the model hears in each 32 ms. */
export function listen(model) {
  const button = document.getElementById('sounds-listen');
  const show = bars('sounds', ['background', 'tone', 'clap', 'voice']);
  button.addEventListener('click', async () => {
    button.disabled = true;
    // The browser converts the microphone's rate into that of the model.
    const context = new AudioContext({ sampleRate: 16000 });
    const microphone = await navigator.mediaDevices.getUserMedia({ audio: { echoCancellation: false, noiseSuppression: false, autoGainControl: false } });
    await context.audioWorklet.addModule('frames.js');
    const frames = new AudioWorkletNode(context, 'frames', { numberOfOutputs: 0 });
    frames.port.onmessage = ({ data }) => {
      const start = performance.now();
      show(model.Hear(data), performance.now() - start);
    };
    context.createMediaStreamSource(microphone).connect(frames);
  });
}
