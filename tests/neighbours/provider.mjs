// A provider of OpenID Connect (npm's oidc-provider) in which everybody who comes is the person that a test says.
//   node provider.mjs PORT CALLBACK ALGORITHM ACCOUNT
// It says "ready" when it listens. Everything of it is made anew at each start, its keys too.
import { createServer } from 'node:http';
import { generateKeyPairSync } from 'node:crypto';
import { Provider } from 'oidc-provider';

const [port, callback, algorithm, account] = process.argv.slice(2);
const keys = [
  generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey,
  generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey,
].map((key, index) => ({ ...key.export({ format: 'jwk' }), use: 'sig', alg: index === 0 ? 'RS256' : 'ES256', kid: `${Date.now()}-${index}` }));

const provider = new Provider(`http://127.0.0.1:${port}`, {
  jwks: { keys },
  clients: [{ client_id: 'escal', client_secret: 'a secret & more: of the client', redirect_uris: [callback], id_token_signed_response_alg: algorithm }],
  cookies: { keys: ['of this test'] },
  claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'] },
  pkce: { required: () => true },
  features: { devInteractions: { enabled: false } },
  interactions: { url: (context, interaction) => `/interaction/${interaction.uid}` },
  findAccount: (context, id) => ({
    accountId: id,
    claims: async () => ({ sub: id, email: `${id}@agency.example`, email_verified: id !== 'unverified', name: 'Olivia Ops' }),
  }),
  loadExistingGrant: async (context) => {
    const grant = new context.oidc.provider.Grant({ clientId: context.oidc.client.clientId, accountId: context.oidc.session.accountId });
    grant.addOIDCScope('openid email profile');
    await grant.save();
    return grant;
  },
});
const answer = provider.callback();
createServer((request, response) => {
  if (request.url.startsWith('/interaction/')) {
    provider.interactionFinished(request, response, { login: { accountId: account } }, { mergeWithLastSubmission: false });
  } else {
    answer(request, response);
  }
}).listen(Number(port), '127.0.0.1', () => console.log('ready'));
