import { describe, expect, it } from 'vitest';
import { addDays, daysBetween, parseDay } from './dates';

const TODAY = '2018-06-14';

describe('parseDay', () => {
  it.each([
    ['14.06.2018', '2018-06-14'],
    ['1-7-2018', '2018-07-01'],
    ['1/7', '2018-07-01'],
    ['1.7.19', '2019-07-01'],
    ['010719', '2019-07-01'],
    ['01072019', '2019-07-01'],
    ['2019-02-28', '2019-02-28'],
    ['29.02.2020', '2020-02-29'],
    [' i dag ', TODAY],
    ['+14', '2018-06-28'],
    ['-14', '2018-05-31']
  ])('reads %s', (typed, day) => expect(parseDay(typed, TODAY)).toBe(day));

  it.each(['31.06.2018', '29.02.2019', '0.1.2018', '1.13.2018', 'i morgen', '', '14', '2018-6-1x'])(
    'refuses %s',
    (typed) => expect(parseDay(typed, TODAY)).toBeNull()
  );
});

describe('days', () => {
  it('are counted across summer time and leap years', () => {
    expect(daysBetween('2018-03-24', '2018-03-26')).toBe(2);
    expect(daysBetween('2020-02-28', '2020-03-01')).toBe(2);
    expect(daysBetween('2018-06-14', '2018-06-06')).toBe(-8);
    expect(addDays('2018-12-31', 1)).toBe('2019-01-01');
  });
});
