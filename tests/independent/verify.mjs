// Verifies a badge, its status lists and its token with libraries that are not ours; asks nobody.
import fs from 'node:fs';
import net from 'node:net';
import {DataIntegrityProof} from '@digitalbazaar/data-integrity';
import {cryptosuite} from '@digitalbazaar/eddsa-rdfc-2022-cryptosuite';
import * as Ed25519Multikey from '@digitalbazaar/ed25519-multikey';
import * as vc from '@digitalbazaar/vc';
import {checkStatus} from '@digitalbazaar/vc-bitstring-status-list';
import Ajv from 'ajv/dist/2019.js';
import addFormats from 'ajv-formats';
import {compactVerify, importJWK} from 'jose';

net.Socket.prototype.connect = () => {
  throw new Error('a connection was opened');
};

const given = JSON.parse(fs.readFileSync(0, 'utf8'));
const {didDocument, contexts, lists} = given;

// The status library reads the clock of the machine: here it is what the question says it is.
const now = new Date(given.now ?? 0).getTime();
globalThis.Date = class extends Date {
  constructor(...parts) {
    super(...(parts.length ? parts : [now]));
  }
  static now() {
    return now;
  }
};

async function documentLoader(url) {
  const method = didDocument.verificationMethod.find(each => each.id === url);
  const document = contexts[url] ?? lists[url] ?? (url === didDocument.id ? didDocument : method);
  if(!document) {
    throw new Error(`not bundled: ${url}`);
  }
  const isMethod = document === method;
  return {
    contextUrl: null,
    documentUrl: url,
    document: isMethod ? {'@context': 'https://w3id.org/security/multikey/v1', ...method} : document
  };
}

function told(result) {
  const statuses = result.statusResult?.results ?? [];
  const error = result.error?.errors?.[0] ?? result.error ?? result.statusResult?.error;
  return {
    verified: result.verified,
    // The library reads the bits and leaves what they mean to whoever asked.
    set: statuses.filter(each => each.status).map(each => each.credentialStatus.statusPurpose),
    error: error ? String(error.message ?? error) : null
  };
}

async function verifyBadge(credential) {
  const suite = new DataIntegrityProof({cryptosuite});
  return told(await vc.verifyCredential({
    credential, suite, documentLoader, checkStatus, maxClockSkew: 0
  }));
}

async function verifyToken(token) {
  const [header] = token.split('.');
  const {kid} = JSON.parse(Buffer.from(header, 'base64url'));
  const method = didDocument.verificationMethod.find(each => each.id === kid);
  try {
    const key = await Ed25519Multikey.from(method);
    const jwk = await Ed25519Multikey.toJwk({keyPair: key});
    const {payload} = await compactVerify(token, await importJWK(jwk, 'EdDSA'));
    return {verified: true, payload: JSON.parse(Buffer.from(payload))};
  } catch(error) {
    return {verified: false, error: String(error.message)};
  }
}

function verifySchema(schema, credential) {
  const ajv = new Ajv({strict: false, allErrors: true});
  addFormats(ajv);
  const validate = ajv.compile(schema);
  return {verified: validate(credential), error: JSON.stringify(validate.errors)};
}

const answers = {};
for(const [name, badge] of Object.entries(given.badges ?? {})) {
  answers[name] = await verifyBadge(badge);
}
for(const [name, token] of Object.entries(given.tokens ?? {})) {
  answers[name] = await verifyToken(token);
}
for(const [name, credential] of Object.entries(given.shaped ?? {})) {
  answers[name] = verifySchema(given.schema, credential);
}
fs.writeSync(1, JSON.stringify(answers));
