// usage: node grpc.js HOST:PORT PROTO
const grpc = require('@grpc/grpc-js');
const loader = require('@grpc/proto-loader');
const assert = require('assert');

const [address, proto] = process.argv.slice(2);
const { inference } = grpc.loadPackageDefinition(loader.loadSync(proto, { keepCase: true, longs: Number, defaults: true }));
const client = new inference.GRPCInferenceService(address, grpc.credentials.createInsecure());
const call = (method, request) => new Promise((resolve, reject) => client[method](request, (error, answer) => error ? reject(error) : resolve(answer)));

(async () => {
  assert((await call('ServerLive', {})).live);
  assert((await call('ServerReady', {})).ready);
  const metadata = await call('ModelMetadata', { name: 'iris_mlp' });
  const input = { name: metadata.inputs[0].name, datatype: metadata.inputs[0].datatype, shape: [2, 4] };
  const rows = [5.1, 3.5, 1.4, 0.2, 6.7, 3.1, 4.7, 1.5];
  const typed = await call('ModelInfer', { model_name: 'iris_mlp', id: 'a', inputs: [{ ...input, contents: { fp32_contents: rows } }] });
  const raw = await call('ModelInfer', { model_name: 'iris_mlp', id: 'a', inputs: [input], raw_input_contents: [Buffer.from(Float32Array.from(rows).buffer)] });
  assert.strictEqual(typed.id, 'a');
  assert.deepStrictEqual(typed, raw);
  assert.strictEqual(typed.raw_output_contents.length, typed.outputs.length);
  assert.deepStrictEqual(typed.outputs[0].shape[0], 2);
  await assert.rejects(call('ModelInfer', { model_name: 'iris_mlp', inputs: [{ ...input, shape: [3, 4], contents: { fp32_contents: rows } }] }), { code: grpc.status.INVALID_ARGUMENT });
  await assert.rejects(call('ModelInfer', { model_name: 'none', inputs: [{ ...input, contents: { fp32_contents: rows } }] }), { code: grpc.status.NOT_FOUND });
  await assert.rejects(call('RepositoryModelUnload', { model_name: 'iris_mlp' }), { code: grpc.status.UNIMPLEMENTED });
  const statistics = await call('ModelStatistics', { name: 'iris_mlp' });
  assert(statistics.model_stats[0].inference_stats.success.count >= 2);
  client.close();
})().catch(error => { console.error(error); process.exit(1); });
