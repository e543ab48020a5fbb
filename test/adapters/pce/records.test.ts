import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRecordCutter } from '../../../src/adapters/pce/records.ts';

/** The elements of a text cut into pieces at these places; `undefined` when it is refused. */
const cutAndParse = (text: string, places: readonly number[]): unknown[] | undefined => {
  const bytes = Buffer.from(text);
  const borders = [0, ...places.map((place) => place % (bytes.length + 1)), bytes.length].sort(
    (a, b) => a - b,
  );
  const values: unknown[] = [];
  try {
    const cutter = createRecordCutter((json) => values.push(JSON.parse(json)));
    for (const [n, from] of borders.entries())
      cutter.write(bytes.subarray(from, borders[n + 1] ?? bytes.length));
    cutter.end();
    return values;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
};

const parse = (text: string): unknown[] | undefined => {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
};

const places = fc.array(fc.nat(10_000), { maxLength: 12 });
const value = fc.jsonValue({ maxDepth: 4, stringUnit: 'binary' });

describe('a JSON array cut into its records', () => {
  it('gives what JSON.parse gives, wherever the bytes are cut', () => {
    fc.assert(
      fc.property(fc.array(value), fc.constantFrom(0, 1, '\t', '\r\n'), places, (array, indent, cuts) => {
        const text = JSON.stringify(array, null, indent);
        expect(cutAndParse(text, cuts)).toEqual(JSON.parse(text));
      }),
      { numRuns: 500 },
    );
  });

  it('gives the same when cut after every single byte', () => {
    const text = ' [ {"a":"\\"]},[\\\\"} , "ü€😀\\ud83d" ,[ [],{} ],-1.5e3,true , null ] \n';
    expect(
      cutAndParse(
        text,
        Array.from({ length: 200 }, (_, n) => n),
      ),
    ).toEqual(JSON.parse(text));
  });

  it('refuses what JSON.parse refuses, when a text is damaged by one byte', () => {
    const damage = fc.constantFrom('', '[', ']', '{', '}', ',', '"', '\\', ':', ' ', '0', 'n');
    fc.assert(
      fc.property(fc.array(value), fc.nat(), fc.nat(2), damage, places, (array, at, length, put, cuts) => {
        const text = JSON.stringify(array);
        const place = at % (text.length + 1);
        const damaged = text.slice(0, place) + put + text.slice(place + length);
        // As bytes, since half a surrogate pair has none of its own.
        expect(cutAndParse(damaged, cuts)).toEqual(parse(Buffer.from(damaged).toString()));
      }),
      { numRuns: 2_000 },
    );
  });

  it('reports every text that stops before its end', () => {
    fc.assert(
      fc.property(fc.array(value, { minLength: 1 }), fc.nat(), places, (array, at, cuts) => {
        const bytes = JSON.stringify(array);
        expect(cutAndParse(bytes.slice(0, at % bytes.length), cuts)).toBeUndefined();
      }),
    );
  });

  it.each([
    ['', 'an empty answer'],
    ['  ', 'an empty answer'],
    ['{}', 'not a JSON array'],
    ['<html>', 'not a JSON array'],
    ['[1', 'cut short after 0 records'],
    ['[1,{"a":2', 'cut short after 1 records'],
    ['[1,]', 'nothing where record 2 should be'],
    ['[,1]', 'nothing where record 1 should be'],
    ['[1}', 'an array closed by a brace'],
    ['[] []', 'text after the end of the array'],
  ])('says of %j: %s', (text, why) => {
    const run = (): void => {
      const cutter = createRecordCutter(() => {});
      cutter.write(Buffer.from(text));
      cutter.end();
    };
    expect(run).toThrow(new SyntaxError(why));
  });

  it('holds no more than one record, and none above its limit', () => {
    const cutter = createRecordCutter(() => {}, 10);
    cutter.write(Buffer.from('[1,2,3,4,5,6,7,8,9,10,11,12'));
    expect(() => cutter.write(Buffer.from('34567890123'))).toThrow('a record longer than 10 bytes');
  });
});
