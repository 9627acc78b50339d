// A client made of openapi.yaml by openapi-typescript, whose types the compiler holds this code against, goes the way of
// a registration: token, register, query, cancel, history, performances.
//
// Reads from standard input {"issuer": URL, "client": id, "key": private key in PEM (RSA), "employer": its enterprise
// number, "ssin": a person, "work": a work that registers begin and end}. Ends at the first difference; writes one line
// of JSON on success.
import assert from 'node:assert/strict';
import { webcrypto } from 'node:crypto';
import { readFileSync } from 'node:fs';

import createClient from 'openapi-fetch';
import * as oauth from 'openid-client';

import type { components, paths } from './schema.js';

type Item = components['schemas']['PresenceRegistrationItem'];

const given = JSON.parse(readFileSync(0, 'utf8'));

async function token(): Promise<string> {
  const der = Buffer.from(given.key.replace(/-----[^-]+-----|\s/g, ''), 'base64');
  const rsa = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' };
  const key = await webcrypto.subtle.importKey('pkcs8', der, rsa, false, ['sign']);
  const server = await oauth.discovery(new URL(given.issuer), given.client, undefined, oauth.PrivateKeyJwt(key), {
    algorithm: 'oauth2',
    execute: [oauth.allowInsecureRequests],
  });
  return (await oauth.clientCredentialsGrant(server)).access_token;
}

/** What came, which must be there. */
function came<T>(reply: { data?: T; error?: unknown }): T {
  assert.equal(reply.error, undefined, JSON.stringify(reply.error));
  assert.ok(reply.data !== undefined);
  return reply.data;
}

const baseUrl = `${given.issuer}/REST/presenceRegistration/v1`;
const stranger = createClient<paths>({ baseUrl });
const client = createClient<paths>({ baseUrl, headers: { Authorization: `Bearer ${await token()}` } });

// Whoever has no token is told so.
const refused = await stranger.POST('/presenceRegistrations/query', { body: { registrationPeriods: [] } });
assert.equal(refused.response.status, 401);
assert.equal(refused.error?.type, 'urn:problem-type:belgif:noAccessToken');
assert.equal(came(await stranger.GET('/health')).status, 'UP');

// Five minutes of work, and an item that is wrong.
const now = Math.floor(Date.now() / 1000);
const at = (seconds: number) => new Date(seconds * 1000).toISOString();
const item = (type: 'IN' | 'OUT', seconds: number): Item => ({
  registrationDate: at(seconds),
  ssin: given.ssin,
  type,
  employer: { enterpriseNumber: given.employer },
  placeOfWork: { coordinates: { longitude: 4.35, latitude: 50.84 } },
  contractualRelationshipReference: given.work,
});
const wrong = { ...item('IN', now), ssin: '0'.repeat(11) };
const items = [item('IN', now - 300), wrong, item('OUT', now)];
const registered = came(await client.POST('/presenceRegistrations/registerInBulk', { body: { items } }));
const [begin, bad, end] = registered.items;
assert.equal(begin?.createdPresenceRegistration?.validity, 'pending');
assert.equal(bad?.notCreatedPresenceRegistration?.problem.issues?.[0]?.name, 'items[1].ssin');
const id = end?.createdPresenceRegistration?.id;
assert.ok(id !== undefined);

// A page each.
const day = (seconds: number) => at(seconds).slice(0, 10);
const registrationPeriods = [{ startDate: day(now - 86400), endDate: day(now + 86400) }];
const criteria = { registrationPeriods, ssin: given.ssin, pageSize: 1 };
const first = came(await client.POST('/presenceRegistrations/query', { body: criteria }));
assert.equal(first.total, 2);
const cursor = first.nextCursor;
assert.ok(cursor !== undefined);
const second = came(await client.POST('/presenceRegistrations/query', { body: { ...criteria, cursor } }));
assert.deepEqual([first, second].map((page) => page.items[0]?.type), ['IN', 'OUT']);

const performances = async () => came(await client.POST('/performances/query', { body: criteria })).items;
const [whole] = await performances();
assert.equal(whole?.state, 'complete');
assert.equal(whole?.workedSeconds, 300);

const cancelled = came(await client.POST('/presenceRegistrations/cancelInBulk', {
  body: { items: [{ id, cancellationReason: 'OTHER' }, { id: 999_999_999_999_999, cancellationReason: 'OTHER' }] },
}));
assert.equal(cancelled.items[0]?.cancelledPresenceRegistration?.validity, 'cancelled');
assert.equal(cancelled.items[1]?.notCancelledPresenceRegistration?.problem.status, 400);
assert.equal((await performances())[0]?.state, 'endMissing');

const path = { presenceRegistrationId: id };
const one = await client.GET('/presenceRegistrations/{presenceRegistrationId}', { params: { path } });
assert.equal(came(one).validity, 'cancelled');
const tag = one.response.headers.get('etag');
assert.ok(tag !== null);
const same = await client.GET('/presenceRegistrations/{presenceRegistrationId}', {
  params: { path, header: { 'If-None-Match': tag } },
});
assert.equal(same.response.status, 304);
const history = came(await client.GET('/presenceRegistrations/{presenceRegistrationId}/history', { params: { path } }));
const steps = history.validations;
assert.equal(steps[0]?.cause, 'registration');
assert.equal(steps.find((step) => step.cause === 'cancellation')?.cancellationReason, 'OTHER');

const near = came(await client.GET('/addresses', { params: { query: { longitude: 4.35, latitude: 50.84 } } }));
assert.ok(Array.isArray(near.items));
console.log(JSON.stringify({ client: 'openapi-typescript', registered: 2, cancelled: 1 }));
