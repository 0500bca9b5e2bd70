import { fastpath } from '../../protocols/fastpath/index.ts';
import { serveNodes } from './serve.ts';

serveNodes(fastpath);
