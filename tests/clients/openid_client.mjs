// openid-client, which we did not write, gets an access token as its users would: private_key_jwt, client_credentials.
//
// Reads from standard input {"issuer": URL, "client": id, "key": private key in PEM, "algorithm": name, "scope": scopes of
// the client}. Ends at the first difference; writes one line of JSON on success.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { join } from 'node:path';
import { webcrypto } from 'node:crypto';
import { readFileSync } from 'node:fs';

const modules = process.env.NODE_PATH;
const entry = createRequire(join(modules, 'x.js')).resolve('openid-client');
const client = await import(pathToFileURL(entry).href);

const given = JSON.parse(readFileSync(0, 'utf8'));
const der = Buffer.from(given.key.replace(/-----[^-]+-----|\s/g, ''), 'base64');
const kinds = {
  RS256: { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' },
  PS256: { name: 'RSA-PSS', hash: 'SHA-256' },
  ES256: { name: 'ECDSA', namedCurve: 'P-256' },
};
const key = await webcrypto.subtle.importKey('pkcs8', der, kinds[given.algorithm], false, ['sign']);
const config = await client.discovery(new URL(given.issuer), given.client, undefined, client.PrivateKeyJwt(key), {
  algorithm: 'oauth2',
  execute: [client.allowInsecureRequests],
});
const token = await client.clientCredentialsGrant(config);
assert.equal(token.token_type, 'bearer');
assert.equal(token.scope, given.scope);
await assert.rejects(client.clientCredentialsGrant(config, { scope: 'openid' }), (error) => error.error === 'invalid_scope');
console.log(JSON.stringify({ client: 'openid-client', tokens: 1 }));
