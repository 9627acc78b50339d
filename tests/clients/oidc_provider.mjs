// oidc-provider, an OpenID provider that we did not write, gives access tokens that the service is to take.
//
// Listens on a free port of 127.0.0.1 and reads from standard input, as its first line, {"audience": what tokens are for,
// "claims": what they say beside the standard's claims}. Writes one line of JSON: {"issuer", "tokens" (one of each algorithm), "other"}, of which
// the last is a token for another audience. Ends with its standard input.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { createServer } from 'node:http';
import { createInterface } from 'node:readline';
import { generateKeyPairSync } from 'node:crypto';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const modules = process.env.NODE_PATH;
const entry = createRequire(join(modules, 'x.js')).resolve('oidc-provider');
const { default: Provider } = await import(pathToFileURL(entry).href);

// Its hints are not our answer.
console.info = console.error;

const lines = createInterface({ input: process.stdin });
const given = JSON.parse((await lines[Symbol.asyncIterator]().next()).value);
process.stdin.on('end', () => process.exit(0)).on('close', () => process.exit(0)).resume();

const server = createServer();
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
const issuer = `http://127.0.0.1:${server.address().port}`;
const key = (kid, kind, options) => {
  const jwk = generateKeyPairSync(kind, options).privateKey.export({ format: 'jwk' });
  return { ...jwk, kid, use: 'sig' };
};
const secret = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' }).d;
const provider = new Provider(issuer, {
  // A set that has a key which is not for us, as real ones do.
  jwks: {
    keys: [
      key('other-curve', 'ec', { namedCurve: 'P-384' }),
      key('rsa', 'rsa', { modulusLength: 2048 }),
      key('ec', 'ec', { namedCurve: 'P-256' }),
    ],
  },
  clients: ['RS256', 'PS256', 'ES256'].map((algorithm) => ({
    client_id: algorithm,
    client_secret: secret,
    grant_types: ['client_credentials'],
    redirect_uris: [],
    response_types: [],
  })),
  enabledJWA: { idTokenSigningAlgValues: ['RS256', 'PS256', 'ES256', 'ES384'] },
  features: {
    clientCredentials: { enabled: true },
    devInteractions: { enabled: false },
    resourceIndicators: {
      enabled: true,
      getResourceServerInfo: (_context, resource, client) => ({
        audience: resource.startsWith('urn:other') ? 'another' : given.audience,
        accessTokenFormat: 'jwt',
        scope: '',
        jwt: { sign: { alg: client.clientId } },
      }),
    },
  },
  extraTokenClaims: () => given.claims,
});
server.on('request', provider.callback());

const token = async (client, resource) => {
  const answer = await fetch(`${issuer}/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from(`${client}:${secret}`).toString('base64')}` },
    body: new URLSearchParams({ grant_type: 'client_credentials', resource }),
  });
  const body = await answer.json();
  assert.equal(answer.status, 200, JSON.stringify(body));
  return body.access_token;
};
const tokens = await Promise.all(['RS256', 'PS256', 'ES256'].map((client) => token(client, 'urn:presence')));
console.log(JSON.stringify({ issuer, tokens, other: await token('RS256', 'urn:other') }));
