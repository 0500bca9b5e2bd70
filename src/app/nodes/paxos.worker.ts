import { paxos } from '../../protocols/paxos/index.ts';
import { serveNodes } from './serve.ts';

serveNodes(paxos);
