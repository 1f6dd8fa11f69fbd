/**
 * What breaks first with 100 M mandates and 5,000 sidecars: arithmetic and simulation from what was measured
 * (loadtest/results). Writes the tables of docs/scaling.md between its marks, and plots beside the results.
 * `npx tsx loadtest/scaling-model.ts`
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadsOf } from './scaling/loads.ts';
import { readMeasured, readResult } from './scaling/measured.ts';
import { fillBetween } from './scaling/page.ts';
import { cachePlot, fanOutPlot, followersPlot, warmingPlot } from './scaling/plots.ts';
import * as tables from './scaling/tables.ts';
import { WORLD } from './scaling/world.ts';

const root = join(import.meta.dirname, '..');
const results = join(root, 'loadtest/results');
const measured = readMeasured(root);
const followers = readResult(results, 'followers');

const parts: Record<string, string[]> = {
  setting: tables.settingText(WORLD),
  'what is used all the time': tables.loadsTable(WORLD, measured),
  'ways to tell': tables.variantsTable(WORLD, measured),
  'how partitions lie': tables.spreadTable(WORLD),
  'what happens now and then': tables.eventsTable(WORLD, measured),
  'shares of caches': tables.cacheTable(WORLD, measured),
  'warming up': tables.warmingTable(WORLD, measured),
  'coming back': tables.stormTable(WORLD, measured),
  figures: tables.figuresTable(measured),
};
const file = join(root, 'docs/scaling.md');
const page = Object.entries(parts).reduce(
  (text, [name, lines]) => fillBetween(text, name, lines),
  readFileSync(file, 'utf8'),
);
writeFileSync(file, page);
const plots = {
  followers: followersPlot(
    followers,
    `${followers.machine.cpu}, Redis on loopback; ${followers.machine.at.slice(0, 10)}`,
  ),
  'fan-out': fanOutPlot(WORLD, measured),
  cache: cachePlot(WORLD, measured),
  warming: warmingPlot(WORLD, measured),
};
for (const [name, svg] of Object.entries(plots)) writeFileSync(join(results, `scaling-${name}.svg`), svg);
const summary = { world: WORLD, measured, loads: loadsOf(WORLD, measured) };
writeFileSync(join(results, 'scaling.json'), `${JSON.stringify(summary, null, 2)}\n`);
