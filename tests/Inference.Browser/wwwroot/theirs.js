// ONNX Runtime for the web, one thread, beside which the models are timed (eng/browser.sh --compare).
let ort;
let session;

/** Loads the library; returns the time, ms. */
export async function ready() {
  const start = performance.now();
  ort = await import('./ort/ort.wasm.min.mjs');
  ort.env.wasm.numThreads = 1;
  ort.env.wasm.wasmPaths = new URL('./ort/', import.meta.url).href;
  await ort.InferenceSession.create(await identity(), { executionProviders: ['wasm'] });
  return performance.now() - start;
}

/** Loads a model and makes its inputs; returns the time of loading, ms, and what runs it. */
export async function open(model, lane) {
  const start = performance.now();
  session = await ort.InferenceSession.create(model, { executionProviders: ['wasm'] });
  const load = performance.now() - start;
  const feeds = {};
  for (const input of lane.Inputs()) {
    const [name, type, dims] = input.split('|');
    if (!arrays[type]) throw new Error(`an input of type ${type} is not compared`);
    const bytes = lane.Bytes(name);
    feeds[name] = new ort.Tensor(type, new arrays[type](bytes.buffer, bytes.byteOffset, bytes.byteLength / arrays[type].BYTES_PER_ELEMENT), dims ? dims.split(',').map(Number) : []);
  }
  const run = async times => {
    const begin = performance.now();
    for (let i = 0; i < times; i++) await session.run(feeds);
    return performance.now() - begin;
  };
  return { load, run };
}

export async function close() {
  await session?.release();
  session = undefined;
}

const arrays = {
  float32: Float32Array, float64: Float64Array, int64: BigInt64Array, int32: Int32Array, int16: Int16Array, int8: Int8Array, uint8: Uint8Array, uint16: Uint16Array, float16: Uint16Array, bool: Uint8Array,
};

// The first session compiles the library: a model of one node, so that its time is the library's.
async function identity() {
  return new Uint8Array(await (await fetch('identity.onnx')).arrayBuffer());
}
