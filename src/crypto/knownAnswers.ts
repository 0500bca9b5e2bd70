/**
 * Known answers that an engine must reproduce before it is used: what noble computes from one seed and one message. With
 * them, opening a faster engine need not load and run the slow reference; a test recomputes them with noble.
 */
import { hashHex } from './hash.ts';
import type { RealSuiteName, SignatureSuite } from './suite.ts';
import { flipBit, type SignedSample } from './webcrypto.ts';

/** BLAKE3-256 digests, in hex. */
export interface KnownAnswer {
  readonly publicKey: string;
  readonly secretKey: string;
  readonly signature: string;
}

export const KNOWN_SEED = Uint8Array.from({ length: 32 }, (_, i) => i);
export const KNOWN_MESSAGE = new TextEncoder().encode('testnet-playground: known answer');

export const KNOWN_ANSWERS: Readonly<Record<RealSuiteName, KnownAnswer>> = {
  'ml-dsa-44': {
    publicKey: 'f7eb6fe94727213e79b8d685c197e676391c4e0aa546d54f62790dedd57c04c7',
    secretKey: '26351b2040d6ba8c9cf5ddb64f316ec027aa2e8bf437cb7c22f2a6b622a44213',
    signature: '274df050d35e51ca58aa030b2104a54c6869f2572313a3d9229002e88e543753',
  },
  'ml-dsa-65': {
    publicKey: '66de1384e0ba89c45e52c0cb2b2072efd63e1137e37007b3bfa8738f20db11eb',
    secretKey: '8bd8d7bcc3a8729bf366155655df9b4a3311ed5730f74c3e9b606ae3b9c1f5ad',
    signature: '1b1f21cd6a8a24f4a7179db1d9965feada22a5dcc7e13543ac22b9a4a964b049',
  },
  'ml-dsa-87': {
    publicKey: '6913020afd9a45e442bc4da3afa4681982b51c02de98dd8d6fbcb4270b823988',
    secretKey: '98af9f673f1c6657b9bdd549fa7e8f1d0ffe8ba1972276393348434611bb9cb2',
    signature: 'ce0eacb79117772f3fa881f946e615adcb630b0bac3dbaa94f94d007817f25b9',
  },
  'slh-dsa-sha2-128f': {
    publicKey: 'cd97a24b770094c24575ad8e08f72008f74d05f48b748e317c493495327ac1b8',
    secretKey: '1bf575d8a816a9f637c099d452f586ad193d2b529b92726aaefedd107ebd4cee',
    signature: '93d0932826abc7a45df8accbdc1d5441dd47cc4a69eab9aa938b84b103e0c71d',
  },
  'slh-dsa-sha2-128s': {
    publicKey: '701a3885763a338a726c636f48a40b138525d437574f6dd4f82554dce9b81bd2',
    secretKey: '57dea8cd73950b2e626a7a162d48afa9a9d916f200bc161dd152aa392fef8ae2',
    signature: '012670e992439e75a8555b7a92da5e49dc2a59be2145a365a74b39c3963fb5ac',
  },
  ed25519: {
    publicKey: '98ba85304ac639f0f55daab01ad6d592be44a125d9b3b65e1efca5b96960baec',
    secretKey: 'e528e95798037df410543d9f31e396ecdd458d71b157d6014398bae32fb56c65',
    signature: 'f550549f7f27ae900a66c5d4c315115dcb82dc6e0bdf7534892d4c2489eea544',
  },
};

/**
 * Runs key generation, signing and verification once and compares with what is known.
 * @returns the signature it made, as a sample for other verifiers, or what differed
 */
export function checkKnownAnswer(
  name: RealSuiteName,
  suite: SignatureSuite,
): SignedSample | { readonly fault: string } {
  const known = KNOWN_ANSWERS[name];
  const { publicKey, secretKey } = suite.keygen(KNOWN_SEED);
  if (hashHex(publicKey) !== known.publicKey || hashHex(secretKey) !== known.secretKey) return { fault: 'keys differ' };
  const signature = suite.sign(KNOWN_MESSAGE, secretKey);
  if (hashHex(signature) !== known.signature) return { fault: 'signature differs' };
  if (!suite.verify(signature, KNOWN_MESSAGE, publicKey)) return { fault: 'rejects a valid signature' };
  if (suite.verify(flipBit(signature), KNOWN_MESSAGE, publicKey)) return { fault: 'accepts a tampered signature' };
  if (suite.verify(signature, flipBit(KNOWN_MESSAGE), publicKey)) return { fault: 'accepts a tampered message' };
  return { publicKey, message: KNOWN_MESSAGE, signature };
}
