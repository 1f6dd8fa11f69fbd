import { renameSync, writeFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { build, showFailing } from '../workbench/build.ts';
import { showComplaint } from '../workbench/complaint.ts';
import { readFolder } from '../workbench/folder.ts';
import { makeLastGood } from '../workbench/last-good.ts';
import { check, type Report } from '../workbench/pipeline.ts';
import { readyCases } from '../workbench/ready-cases.ts';
import { showReport } from '../workbench/show-report.ts';
import { makeToolbox } from '../workbench/toolbox.ts';
import { watch } from '../workbench/watch.ts';
import { EXIT, type Terminal } from './terminal.ts';

const FOLDER = 'policies';
/** Complaints, cases and answers that fit a screen. */
const SCREENFUL = 4;
const CLEAR = '\u001b[2J\u001b[H';

/** Until Ctrl-C. With `output` the bundle is written there whenever all is well. */
export async function runPolicyDev(terminal: Terminal, folder = FOLDER, output?: string): Promise<number> {
  readFolder(folder);
  const keep = output === undefined ? () => '' : makeKeeper(output);
  const ending = new AbortController();
  const end = () => ending.abort();
  process.once('SIGINT', end).once('SIGTERM', end);
  terminal.err.write(`looking at ${folder}: the first time takes some seconds; Ctrl-C ends it\n`);
  const clear = terminal.out.isTTY === true ? CLEAR : '';
  await watch({
    path: folder,
    run: makeToolbox(terminal.env),
    signal: ending.signal,
    tell: (report, found, ms) => {
      // A screen that is not redrawn is told the end only.
      if (report.waitsFor.length > 0 && clear === '') return;
      const shown = showReport(report, { folder: found, ms, atMost: SCREENFUL });
      terminal.out.write(`${clear}${shown}${keep(report)}\n`);
    },
    fail: (message) => terminal.err.write(`${clear}${message}\n`),
  });
  return EXIT.ok;
}

/** Writes what all is well with, once, and says so. */
function makeKeeper(output: string): (report: Report) => string {
  let kept = '';
  return ({ ok, waitsFor, built }) => {
    if (!ok || waitsFor.length > 0 || built?.packed === undefined) return '';
    const { bytes, revision } = built.packed();
    if (revision === kept) return '';
    // Renamed into place: a dev may be looking.
    writeFileSync(`${output}.tmp`, bytes);
    renameSync(`${output}.tmp`, output);
    kept = revision;
    return `\n${output}: revision ${revision}\n`;
  };
}

/** Everything that is wrong, and every answer that changed; changes nothing. */
export async function runPolicyCheck(terminal: Terminal, path = FOLDER): Promise<number> {
  const folder = readFolder(path);
  const report = await check({
    folder,
    run: makeToolbox(terminal.env),
    write: false,
    readCases: () => readyCases(folder),
    lastGood: makeLastGood(folder),
  });
  terminal.out.write(showReport(report, { folder, ms: report.ms, atMost: Number.POSITIVE_INFINITY }));
  return report.ok ? EXIT.ok : EXIT.failed;
}

/** Writes nothing when a case does not hold: no sidecar would take it over. */
export async function runPolicyBuild(terminal: Terminal, path = FOLDER, output: string): Promise<number> {
  const folder = readFolder(path);
  const cases = await readyCases(folder);
  const { packed, complaints, failing } = await build({ folder, run: makeToolbox(terminal.env) }, cases);
  if (packed === undefined) {
    terminal.err.write(`${[...complaints.flatMap(showComplaint), ...failing.flatMap(showFailing)].join('\n')}\n`);
    terminal.err.write(`${output} was not written\n`);
    return EXIT.failed;
  }
  const { bytes, revision } = packed();
  await writeFile(output, bytes);
  terminal.out.write(`${output}: revision ${revision}, ${bytes.length} bytes, ${cases.length} cases\n`);
  return EXIT.ok;
}
