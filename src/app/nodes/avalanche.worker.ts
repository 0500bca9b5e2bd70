import { avalanche } from '../../protocols/avalanche/index.ts';
import { serveNodes } from './serve.ts';

serveNodes(avalanche);
