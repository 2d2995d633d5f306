// A node as a child process.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

const START_MS = 60_000;

/** Starts `zx-node dev` on a free port and waits until it listens. Gives `{ url, stop }`. */
export async function startNode(binary, datadir) {
  const child = spawn(binary, ['dev', '--port', '0', '--datadir', datadir], { stdio: ['ignore', 'pipe', 'pipe'] });
  const abandon = () => child.kill('SIGKILL');
  process.prependListener('exit', abandon);
  const printed = [];
  const ended = new Promise((resolve) => child.once('close', resolve));
  const url = await new Promise((resolve, reject) => {
    const fail = (why) => reject(new Error([why, ...printed.slice(-20)].join('\n')));
    const limit = setTimeout(() => fail(`the node did not listen within ${START_MS / 1000} seconds`), START_MS);
    child.once('error', (error) => fail(`cannot start ${binary}: ${error.message}`));
    child.once('close', (status) => fail(`the node ended with ${status}`));
    for (const stream of [child.stdout, child.stderr])
      createInterface({ input: stream }).on('line', (line) => {
        printed.push(line);
        const listening = /^Listening on (http:\S+)/.exec(line.trim());
        if (!listening) return;
        clearTimeout(limit);
        resolve(listening[1]);
      });
  }).catch((error) => {
    abandon();
    throw error;
  });

  return {
    url,
    /** Stops it as Ctrl-C would, and waits. */
    async stop() {
      child.kill('SIGINT');
      const status = await ended;
      process.off('exit', abandon);
      if (status !== 0) throw new Error([`the node ended with ${status}`, ...printed.slice(-20)].join('\n'));
    },
  };
}
