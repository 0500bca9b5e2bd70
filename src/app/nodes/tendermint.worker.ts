import { tendermint } from '../../protocols/tendermint/index.ts';
import { serveNodes } from './serve.ts';

serveNodes(tendermint);
