// A real OpenID provider (oidc-provider, certified) on a free port of this machine, for tests/access/test_oidc.py.
//
// It says where it is, and by which key it signs, in one line of JSON, and lives until its standard input ends.
// Signing in needs no page: whoever `login_hint` names is signed in. POST /turn-keys gives it another key.
// Environment: BACK, where the application's callback is; BACK_CHANNEL, where it is told of sign-outs.
import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import Provider from 'oidc-provider';

const { BACK, BACK_CHANNEL } = process.env;

// By whom one may sign in. `weak` has used no second step, `crowd` is in too many groups to be told.
const people = {
  lead: { preferred_username: 'ward.lead', groups: ['flow-leads', 'everybody'] },
  weak: { preferred_username: 'ward.clerk', groups: ['everybody'] },
  roles: { preferred_username: 'bed.manager', roles: [{ org: { code: 'north' }, role: 'R1' }, { org: { code: 'south' }, role: 'R2' }] },
  crowd: { preferred_username: 'in.many', _claim_names: { groups: 'src1' } },
};
const client = (client_id, more) => ({
  client_id,
  redirect_uris: [BACK, `${BACK}/sign-in/callback`],
  post_logout_redirect_uris: [`${BACK}/signed-out`],
  backchannel_logout_uri: BACK_CHANNEL,
  backchannel_logout_session_required: true,
  ...more,
});
const clients = [
  client('flow centre', { client_secret: 'a+b %/&=secret', token_endpoint_auth_method: 'client_secret_basic' }),
  client('flow-post', { client_secret: 'a+b %/&=secret', token_endpoint_auth_method: 'client_secret_post' }),
  client('flow-public', { token_endpoint_auth_method: 'none' }),
  client('flow-es', { client_secret: 'secret', token_endpoint_auth_method: 'client_secret_post', id_token_signed_response_alg: 'ES256' }),
];

const server = createServer();
await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
const issuer = `http://127.0.0.1:${server.address().port}`;

const keys = () => [
  { ...generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ format: 'jwk' }), kid: randomUUID(), use: 'sig', alg: 'RS256' },
  { ...generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' }), kid: randomUUID(), use: 'sig', alg: 'ES256' },
];

function provider(jwks) {
  const made = new Provider(issuer, {
    clients,
    jwks: { keys: jwks },
    cookies: { keys: ['of no secret'] },
    claims: { openid: ['sub', 'acr'], profile: ['preferred_username', 'groups', 'roles', '_claim_names'] },
    acrValues: ['weak', 'strong'],
    clientAuthMethods: ['client_secret_basic', 'client_secret_post', 'none'],
    features: { devInteractions: { enabled: false }, backchannelLogout: { enabled: true }, rpInitiatedLogout: { enabled: true } },
    // Its dispatcher refuses to speak to this machine, as it should; here it has nobody else to speak to.
    fetch: (url, { dispatcher, ...options }) => fetch(url, options),
    interactions: { url: (_, { uid }) => `/signing-in/${uid}` },
    findAccount: (_, id) => people[id] && { accountId: id, claims: () => ({ sub: id, ...people[id] }) },
    async loadExistingGrant(ctx) { // nobody is asked whether the application may know who they are
      const grant = new ctx.oidc.provider.Grant({ clientId: ctx.oidc.client.clientId, accountId: ctx.oidc.session.accountId });
      grant.addOIDCScope('openid profile');
      await grant.save();
      return grant;
    },
  });
  made.on('server_error', (_, error) => console.error(error));
  made.on('backchannel.error', (_, error) => console.error(error));
  return made;
}

let signing = keys();
let current = provider(signing);

server.on('request', async (request, response) => {
  try {
    if (request.url === '/turn-keys') {
      signing = keys();
      current = provider(signing); // what it remembers of sessions is not its own, so they go on
      response.end(JSON.stringify(signing));
    } else if (request.url.startsWith('/signing-in/')) {
      const { params } = await current.interactionDetails(request, response);
      const accountId = params.login_hint ?? 'lead';
      const result = people[accountId]
        ? { login: { accountId, acr: accountId === 'weak' ? 'weak' : 'strong', amr: ['pwd'] } }
        : { error: 'access_denied', error_description: `TEST50105: ${accountId} is not let in here` };
      await current.interactionFinished(request, response, result);
    } else {
      await current.callback()(request, response);
    }
  } catch (error) {
    console.error(error);
    response.writeHead(500).end();
  }
});

process.stdin.resume().on('end', () => process.exit(0));
console.log(JSON.stringify({ issuer, keys: signing }));
