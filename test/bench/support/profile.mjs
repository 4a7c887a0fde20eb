/** Loaded into the server's processes by `npm run bench -- --cpu-prof <folder>`: writes a CPU profile when they end. */
import { writeFileSync } from 'node:fs';
import { Session } from 'node:inspector';
import { join } from 'node:path';

const folder = process.env.BENCH_PROFILE_DIR;
const session = new Session();
session.connect();
session.post('Profiler.enable');
session.post('Profiler.setSamplingInterval', { interval: 500 });
session.post('Profiler.start');

process.once('exit', () => {
  session.post('Profiler.stop', (error, stopped) => {
    if (error || !folder) return;
    writeFileSync(join(folder, `${process.env.ROLE}-${process.pid}.cpuprofile`), JSON.stringify(stopped.profile));
  });
});
