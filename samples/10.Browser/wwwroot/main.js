// Starts the runtime, loads the models and connects the three parts of the page.
import { dotnet } from './_framework/dotnet.js';
import { draw } from './digits.js';
import { measure } from './flowers.js';
import { listen } from './sounds.js';

const status = document.getElementById('status');
try {
  const { getAssemblyExports, getConfig } = await dotnet.create();
  const { Digits, Flowers, Sounds } = (await getAssemblyExports(getConfig().mainAssemblyName)).Browser;
  const load = async (part, model) => part.Load(new Uint8Array(await (await fetch(`models/${model}.onnx`)).arrayBuffer()));
  await Promise.all([load(Digits, 'digits'), load(Flowers, 'flowers'), load(Sounds, 'sounds')]);
  draw(Digits);
  measure(Flowers);
  listen(Sounds);
  status.textContent = `Ready after ${performance.now().toFixed(0)} ms.`;
} catch (error) {
  status.textContent = `Not started: ${error}`;
  throw error;
}
