import { availableParallelism } from 'node:os';
import { AppError } from '../domain/errors.ts';
import { type Bundle, readBundle } from '../policy/bundle.ts';
import { startProgress } from '../process/progress.ts';
import { count, impactJson, impactText } from '../workbench/impact-report.ts';
import { countChanged } from '../workbench/impact-tally.ts';
import { type Replay, replayRecords, sizeOf } from '../workbench/replay.ts';
import { type RecordedAt, SKIPS, type Skip } from '../workbench/replay-record.ts';
import type { ReplayWish } from '../workbench/wishes.ts';
import { EXIT, type Terminal } from './terminal.ts';

const MAX_EXAMPLES = 3;
/** Beyond these the thread that reads cannot keep up. */
const MAX_THREADS = 4;
const MEGABYTE = 1_000_000;

/**
 * `machtig replay`: which recorded decisions another bundle would change. Resolves to the exit code: 0 none, 1 some.
 * @throws AppError `invalid_request` when there is nothing to replay: that is no proof of anything
 */
export async function runReplay(terminal: Terminal, files: readonly string[], wish: ReplayWish): Promise<number> {
  const bundle = await readBundle(wish.bundle);
  const total = Math.ceil((await sizeOf(files)) / MEGABYTE);
  const progress = startProgress({ label: 'replay', unit: 'MB', total, screen: terminal.err });
  const replay = await replayRecords({
    bundle,
    files,
    maxExamples: MAX_EXAMPLES,
    threads: wish.threads ?? Math.min(MAX_THREADS, availableParallelism()),
    onRead: (bytes) => progress.reach(Math.ceil(bytes / MEGABYTE)),
  });
  progress.end();
  if (replay.tally.compared === 0) throw new AppError('invalid_request', nothingReplayed(replay));
  terminal.out.write(wish.json ? `${JSON.stringify(toJson(replay, bundle), null, 2)}\n` : toText(replay, bundle));
  return countChanged(replay.tally) === 0 ? EXIT.ok : EXIT.failed;
}

function toJson({ tally, lines: _, ...found }: Replay, { revision, rules }: Bundle) {
  return { bundle: revision, ...found, ...impactJson(tally, rules) };
}

function toText(replay: Replay, { revision, rules }: Bundle): string {
  const { tally, recordedWith, unfaithful } = replay;
  const own = `of ${count(replay.records)} records, made by ${Object.keys(recordedWith).map(named).join(', ')}`;
  const alarm =
    unfaithful > 0
      ? `\n${count(unfaithful)} of the changed decisions were recorded with this very bundle: the records were altered, or its answers do not depend on its input alone\n`
      : '';
  return `Decisions under ${revision}, ${own}\n${alarm}\n${impactText(tally, rules, where)}\n${skippedText(replay)}`;
}

function named(revision: string): string {
  return revision || 'an unnamed policy';
}

function where({ record, decision, at }: RecordedAt): string {
  return `${decision === undefined ? '' : `decision ${decision} `}in record ${record} of ${at}`;
}

function skippedText({ skipped, malformed }: Pick<Replay, 'skipped' | 'malformed'>): string {
  const lines = Object.entries(skipped)
    .filter(([, times]) => times > 0)
    .map(([skip, times]) => `  ${count(times)} ${SKIPS[skip as Skip]}`);
  const places = malformed.map(({ file, line }) => `    ${file}:${line}`);
  return lines.length === 0 ? '' : `\nNot replayed:\n${[...lines, ...places].join('\n')}\n`;
}

function nothingReplayed(replay: Replay): string {
  const why = skippedText(replay);
  return `there is no decision in these records that can be replayed (MACHTIG_RECORDS=full records what is needed)${why}`;
}
