import { setFlagsFromString } from 'node:v8';
import { expect, test } from 'vitest';
import { keepStringsFast } from '../../src/process/fast-strings.ts';

setFlagsFromString('--allow-natives-syntax');
const areFast = new Function('return %HasFastProperties(String.prototype)');

test('texts stay fast although a class extends String', () => {
  // What the client of Redis does as it is loaded.
  new Function('return class Text extends String {}')();
  expect(areFast()).toBe(false);
  keepStringsFast();
  expect(areFast()).toBe(true);
  new Function('return class Other extends String {}')();
  expect(areFast()).toBe(true);
});
