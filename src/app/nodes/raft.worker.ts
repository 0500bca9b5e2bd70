import { raft } from '../../protocols/raft/index.ts';
import { serveNodes } from './serve.ts';

serveNodes(raft);
