import type { Outcome } from './walk.ts';

/** docs/walkthrough.md: what it is about, what was typed and seen, how long it took. */
export function makePage(transcript: string, { answered, dropped }: Outcome, machine: string): string {
  const asked = answered.map(
    ({ revision, allow, count }) => `| \`${revision}\` | ${allow.map(sayAllow).join(', ')} | ${count} |`,
  );
  const parts = [
    '# A first rule, from clone to answer',
    '<!-- Written by npx tsx examples/first-rule.ts --page docs/walkthrough.md: run it again after a change. -->',
    INTRODUCTION,
    transcript.trimEnd(),
    `Measured on ${machine}. \`npm run tools\` builds Regal from source; where Go has never built it, that takes some minutes.`,
    '## What the application saw',
    ['| policy revision | answered | questions |', '|---|---|---|', ...asked].join('\n'),
    `No answer: ${dropped}. Nobody restarted anything.`,
  ];
  return `${parts.join('\n\n')}\n`;
}

const sayAllow = (allow: boolean) => (allow ? 'yes' : 'no');

const INTRODUCTION = `What a new author types and sees. The rule is an exercise: debt rescheduling takes the estate out of somebody’s hands
([Faillissementswet](https://wetten.overheid.nl/BWBR0001860) 296), and suppose it was decided that care for oneself is left. The rules of this
repository take the strict reading; what is changed here stays in the clone. What each command is for: [policy authors](policy-authors.md).

\`npx tsx examples/first-rule.ts\` does all of it again, each command as it is shown, in a folder that goes afterwards; a test runs it as well.`;
