import { sharded } from '../../protocols/sharded/index.ts';
import { serveNodes } from './serve.ts';

serveNodes(sharded);
