// A standard OpenID Provider that is not ours, for the test that sign-in works by configuration alone: the certified npm package
// oidc-provider, with one client and with accounts of any name. Listens on the loopback address and keeps nothing.
//
// Told by one argument, as JSON: client_id, client_secret, redirect_uri, algorithm. Says its issuer on standard output when it listens.

import { generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';
import Provider from 'oidc-provider';

const { client_id, client_secret, redirect_uri, algorithm } = JSON.parse(process.argv[2]);

const makers = {
  RS256: () => generateKeyPairSync('rsa', { modulusLength: 2048 }),
  ES256: () => generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  EdDSA: () => generateKeyPairSync('ed25519'),
};
// The provider insists on an RSA key beside the one that we ask it to sign with.
const keys = [...new Set([algorithm, 'RS256'])].map((alg) => {
  const { privateKey } = makers[alg]();
  return { ...privateKey.export({ format: 'jwk' }), alg, use: 'sig', kid: alg };
});

const server = createServer();
server.listen(0, '127.0.0.1', () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const provider = new Provider(issuer, {
    clients: [{
      client_id,
      client_secret,
      redirect_uris: [redirect_uri],
      response_types: ['code'],
      grant_types: ['authorization_code'],
      id_token_signed_response_alg: algorithm,
    }],
    jwks: { keys },
    cookies: { keys: ['of one test'] },
    pkce: { required: () => true },
    enabledJWA: { idTokenSigningAlgValues: ['RS256', 'ES256', 'EdDSA'] },
    claims: { openid: ['sub'], profile: ['name'], email: ['email', 'email_verified'] },
    // Whoever says a name has an account of that name.
    findAccount: (_, id) => ({
      accountId: id,
      claims: () => ({ sub: id, name: `${id} of the standard`, email: `${id}@standard.test`, email_verified: true }),
    }),
  });
  server.on('request', provider.callback());
  console.log(`listening ${issuer}`);
});
