// Runs the models that the server names, and reports each of them to it.
import { dotnet } from './_framework/dotnet.js';

const atLeast = 20; // ms that a measured batch of runs takes, so that the clock's steps do not show
const longest = 1500; // ms of measured runs for each model and engine

const report = async (kind, body = {}) => {
  document.getElementById('log').textContent += `${kind} ${JSON.stringify(body)}\n`;
  await fetch(`report/${kind}`, { method: 'POST', body: JSON.stringify(body) });
};

const bytesOf = async path => new Uint8Array(await (await fetch(path)).arrayBuffer());

const median = values => values.sort((a, b) => a - b)[values.length >> 1];

/** Times engines in turns; an engine is a function that runs so many times and returns the time, ms. */
async function steady(engines) {
  const batches = [];
  for (const run of engines) {
    // What runs often is compiled by the runtime: the clock starts afterwards.
    let count = 0;
    for (let spent = 0; spent < 400; count++) spent += await run(1);
    batches.push(Math.max(1, Math.round(atLeast * count / 400)));
  }
  const times = engines.map(() => []);
  for (let spent = 0, round = 0; round < 3 || (round < 21 && spent < longest * engines.length); round++) {
    for (let i = 0; i < engines.length; i++) {
      const time = await engines[i](batches[i]);
      spent += time;
      times[i].push(time / batches[i]);
    }
  }
  return times.map(median);
}

async function time(lane, theirs, folder, result) {
  result.load = lane.Open(folder);
  result.first = lane.Run(1);
  const engines = [lane.Run];
  if (theirs) {
    try {
      const engine = await theirs.open(await bytesOf(`models/${result.name}/model.onnx`), lane);
      result.theirLoad = engine.load;
      result.theirFirst = await engine.run(1);
      engines.push(engine.run);
    } catch (error) {
      result.theirError = String(error.message ?? error);
    }
  }
  [result.steady, result.theirSteady] = await steady(engines);
  lane.Close();
}

async function runCase(lane, theirs, measure, { name, files }) {
  await report('begin', { name });
  for (const file of files) lane.Write(`/models/${name}/${file}`, await bytesOf(`models/${name}/${file}`));
  const folder = `/models/${name}`;
  const result = { name };
  try {
    result.wrong = await lane.Check(folder);
    if (measure) await time(lane, theirs, folder, result);
  } catch (error) {
    result.wrong = String(error.stack ?? error);
  }
  lane.Delete(folder);
  await theirs?.close();
  await report('model', result);
}

try {
  const work = await (await fetch('work.json')).json();
  const start = performance.now();
  const { getAssemblyExports, getConfig } = await dotnet.create();
  const lane = (await getAssemblyExports(getConfig().mainAssemblyName)).Inference.Browser.Lane;
  const ready = performance.now() - start;
  const theirs = work.compare ? await import('./theirs.js') : null;
  const theirReady = await theirs?.ready();
  await report('ready', { ready, theirReady, description: lane.Describe() });
  for (const one of work.cases) await runCase(lane, theirs, work.measure, one);
  await report('done');
} catch (error) {
  await report('failed', { reason: String(error.stack ?? error) });
}
