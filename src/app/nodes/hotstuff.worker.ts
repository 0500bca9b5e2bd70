import { hotstuff } from '../../protocols/hotstuff/index.ts';
import { serveNodes } from './serve.ts';

serveNodes(hotstuff);
