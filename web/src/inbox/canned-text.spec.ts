import { fitting, openPlaceIn, shortcutAt } from './canned-text.js';

describe('a shortcut that is being typed', () => {
  it.each([
    ['/', 1, { from: 0, query: '' }],
    ['/Hou', 4, { from: 0, query: 'hou' }],
    ['Hello! /hours and', 13, { from: 7, query: 'hours' }],
    ['one\n/x', 6, { from: 4, query: 'x' }],
  ])('stands in %j before %s', (text, caret, found) => {
    expect(shortcutAt(text, caret)).toEqual(found);
  });

  it.each([
    ['and/or', 6],
    ['https://shop.example', 20],
    ['/hours ', 7],
    ['/größe', 6],
  ])('is none in %j before %s', (text, caret) => {
    expect(shortcutAt(text, caret)).toBeUndefined();
  });
});

describe('a place that was left open', () => {
  it('is found where it stands', () => {
    expect(openPlaceIn('Hi {{customer.first_name}}, hello')).toEqual({ from: 3, to: 26 });
    expect(openPlaceIn('Hi {{ me.name }}')).toEqual({ from: 3, to: 16 });
  });

  it('is none in what people write themselves', () => {
    expect(openPlaceIn('a {curly} {{Not One}} text')).toBeUndefined();
  });
});

it('offers what begins with the letters before what holds them', () => {
  const replies = [
    { shortcut: 'delivery', text: 'We deliver to your house.' },
    { shortcut: 'hours', text: 'Nine to five.' },
    { shortcut: 'opening-hours', text: 'See there.' },
  ];
  expect(fitting(replies, 'hou').map(({ shortcut }) => shortcut)).toEqual(['hours', 'delivery', 'opening-hours']);
});
