// Signs and verifies bundles with the packages of Sigstore and a local key. Used by eng/signing.sh.
// node signing.mjs verify BUNDLE PUBLIC_KEY        with @sigstore/verify, no transparency log
// node signing.mjs check BUNDLE PUBLIC_KEY HASH    the envelope alone, with the hash of the key's curve
// node signing.mjs sign FOLDER PRIVATE_KEY BUNDLE  with @sigstore/sign, no witness; lists the folder's files by itself
import crypto from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { createRequire } from 'node:module';

const require = createRequire(path.join(process.env.SIGSTORE_PACKAGES, 'x.js'));
const { bundleFromJSON, bundleToJSON } = require('@sigstore/bundle');
const sha256 = (bytes) => crypto.createHash('sha256').update(bytes).digest();
const [verb, ...args] = process.argv.slice(2);

function publicKey(file) {
  const key = crypto.createPublicKey(fs.readFileSync(file));
  return { key, pem: key.export({ type: 'spki', format: 'pem' }) };
}

function verify(bundleFile, keyFile) {
  const { Verifier, toSignedEntity } = require('@sigstore/verify');
  const { key } = publicKey(keyFile);
  const trusted = { certificateAuthorities: [], timestampAuthorities: [], tlogs: [], ctlogs: [], publicKey: () => ({ publicKey: key, validFor: () => true }) };
  const bundle = bundleFromJSON(JSON.parse(fs.readFileSync(bundleFile, 'utf8')));
  new Verifier(trusted, { tlogThreshold: 0, ctlogThreshold: 0, timestampThreshold: 0 }).verify(toSignedEntity(bundle));
}

function check(bundleFile, keyFile, hash) {
  const bundle = JSON.parse(fs.readFileSync(bundleFile, 'utf8'));
  bundleFromJSON(bundle);
  const { key, pem } = publicKey(keyFile);
  const payload = Buffer.from(bundle.dsseEnvelope.payload, 'base64');
  const type = bundle.dsseEnvelope.payloadType;
  const signed = Buffer.concat([Buffer.from(`DSSEv1 ${type.length} ${type} ${payload.length} `), payload]);
  const hint = bundle.verificationMaterial.publicKey.hint;
  if (hint !== sha256(Buffer.from(pem)).toString('hex')) throw new Error(`the hint ${hint} is not the key's fingerprint`);
  if (!crypto.verify(hash, signed, key, Buffer.from(bundle.dsseEnvelope.signatures[0].sig, 'base64'))) throw new Error('the signature is not valid');
}

function files(folder, prefix = '') {
  return fs.readdirSync(path.join(folder, prefix), { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? files(folder, `${prefix}${entry.name}/`) : [prefix + entry.name]));
}

async function sign(folder, keyFile, bundleFile) {
  const { DSSEBundleBuilder } = require('@sigstore/sign');
  const privateKey = crypto.createPrivateKey(fs.readFileSync(keyFile));
  const { pem } = publicKey(keyFile);
  const resources = files(folder).filter((name) => name !== 'model.sig').sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
    .map((name) => ({ name, digest: sha256(fs.readFileSync(path.join(folder, name))).toString('hex'), algorithm: 'sha256' }));
  const statement = {
    _type: 'https://in-toto.io/Statement/v1',
    subject: [{ name: path.basename(folder), digest: { sha256: sha256(Buffer.concat(resources.map((r) => Buffer.from(r.digest, 'hex')))).toString('hex') } }],
    predicateType: 'https://model_signing/signature/v1.0',
    predicate: { resources, serialization: { method: 'files', hash_type: 'sha256', allow_symlinks: false, ignore_paths: ['.git', '.gitattributes', '.github', '.gitignore', 'model.sig'] } },
  };
  const signer = {
    sign: async (data) => ({
      signature: crypto.sign('sha256', data, privateKey),
      key: { $case: 'publicKey', publicKey: pem, hint: sha256(Buffer.from(pem)).toString('hex') },
    }),
  };
  const bundle = await new DSSEBundleBuilder({ signer, witnesses: [] }).create({ data: Buffer.from(JSON.stringify(statement)), type: 'application/vnd.in-toto+json' });
  fs.writeFileSync(bundleFile, `${JSON.stringify(bundleToJSON(bundle))}\n`);
}

await { verify, check, sign }[verb](...args);
