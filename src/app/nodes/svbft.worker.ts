import { svbft } from '../../protocols/svbft/index.ts';
import { serveNodes } from './serve.ts';

serveNodes(svbft);
