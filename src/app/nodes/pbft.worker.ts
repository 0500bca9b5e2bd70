import { pbft } from '../../protocols/pbft/index.ts';
import { serveNodes } from './serve.ts';

serveNodes(pbft);
