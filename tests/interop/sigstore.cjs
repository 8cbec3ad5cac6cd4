// What npm's @sigstore/verify says: one JSON question a line on standard input, one JSON answer a line on standard output. argv: the folder it is installed in.
const readline = require('readline');
const { createRequire } = require('module');
const path = require('path');

const from = createRequire(path.join(process.argv[2], 'x.js'));
const { Verifier, toSignedEntity, toTrustMaterial } = from('@sigstore/verify');
const { bundleFromJSON } = from('@sigstore/bundle');
// The parts that its Verifier is made of; the package exports them by file only.
const { verifyTLogInclusion } = from('@sigstore/verify/dist/tlog');
const { crypto } = from('@sigstore/core');

const bytes = (text) => Buffer.from(text, 'base64');
const always = { start: new Date(0), end: new Date(8640000000000000) };

function inclusion(q) {
  const entry = {
    inclusionProof: { logIndex: String(q.index), treeSize: String(q.size), rootHash: bytes(q.root), hashes: q.proof.map(bytes), checkpoint: { envelope: bytes(q.note).toString('utf8') } },
    canonicalizedBody: bytes(q.entry),
  };
  const log = { baseURL: q.origin, logID: bytes(q.key_id), publicKey: crypto.createPublicKey(bytes(q.key)), validFor: always };
  verifyTLogInclusion(entry, [log]);
}

function bundle(q) {
  const log = { baseUrl: q.origin, hashAlgorithm: 1, logId: { keyId: bytes(q.key_id) }, publicKey: { rawBytes: bytes(q.key), keyDetails: 7, validFor: always } };
  const trust = toTrustMaterial({ certificateAuthorities: [], timestampAuthorities: [], ctlogs: [], tlogs: q.bundle.verificationMaterial.tlogEntries.length ? [log] : [] }, () => ({
    publicKey: crypto.createPublicKey(bytes(q.person)),
    validFor: () => true,
  }));
  const count = q.bundle.verificationMaterial.tlogEntries.length;
  new Verifier(trust, { tlogThreshold: count, timestampThreshold: 0, ctlogThreshold: 0 }).verify(toSignedEntity(bundleFromJSON(q.bundle)));
}

readline.createInterface({ input: process.stdin }).on('line', (line) => {
  const q = JSON.parse(line);
  let answer;
  try {
    (q.kind === 'inclusion' ? inclusion : bundle)(q);
    answer = { ok: true, why: '' };
  } catch (error) {
    answer = { ok: false, why: String(error.code || error.message || error) };
  }
  process.stdout.write(JSON.stringify(answer) + '\n');
});
