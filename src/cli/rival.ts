/** Entry of the process in which `npm run bench -- --peer FOLDER` runs the peer's simulator; its argument is that folder. */
import { serveRival } from './rival/serve.ts';

serveRival(process.argv[2] ?? '.', () => performance.now());
