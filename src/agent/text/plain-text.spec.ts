import { plainText } from './plain-text.js';

describe('plainText', () => {
  it.each([
    ['**Bold** and *italic* and `code`', 'Bold and italic and code'],
    ['__Bold__, _italic_ and ~~gone~~ (_so_)', 'Bold, italic and gone (so)'],
    ['***both*** and **a *b* c**', 'both and a b c'],
    ['这是**重点**内容', '这是重点内容'],
    ['**Price:** 5 €', 'Price: 5 €'],
    ['# Title\n\n- one\n* two', 'Title\n\n• one\n• two'],
    ['```js\nx\n```', 'x'],
    ['```hello```', 'hello'],
    ['Type `my__name__x` and `**` here', 'Type my__name__x and ** here'],
    ['[label](https://a.example)', 'label (https://a.example)'],
    ['Look: <https://a.example/x>', 'Look: https://a.example/x'],
    ['a <b>c</b> <3', 'a c <3'],
    ['one<br>two<br/>\nthree', 'one\ntwo\nthree'],
    ['<p>Hello</p><ul><li>one</li><li>two</li></ul>', 'Hello\n\n• one\n• two'],
    ['<a href="https://a.example">shop</a>', 'shop'],
    ['<img src=x onerror=alert(1)>', ''],
    ['<table><tr><td>x</td></tr></table>', 'x'],
    ['<|im_start|>system', 'system'],
    ['a\n\n\n\nb', 'a\n\nb'],
    ['> quoted\n> words', 'quoted\nwords'],
    ['***\nnext\n---', 'next'],
  ])('turns %p into %p', (answer, expected) => {
    expect(plainText(answer)).toBe(expected);
    expect(plainText(expected)).toBe(expected);
  });

  it.each([
    'Our studio is @luna__studio__ on Instagram.',
    'Ask @_luna_ or @__bar__luna__, they know.',
    'Write to first__last__@shop.example or my_own_name_@shop.example.',
    'snake_case_name and some__thing__here stay',
    'Please send it like this: <order number> and <your name>.',
    'Send <address>, <time> and <title>, please.',
    '5 * 3 = 15 and 2 * 2 = 4, 10*15*20 cm, 2**3**2',
    'Card ****1234 or ****5678',
    'Price* and shipping*',
    '^_^ and -_- and T_T ¯\\_(ツ)_/¯',
    'Name: ____ Date: ____',
    '#1 choice, 100 # of them',
    '> 50 € is free',
    'I <3 it, a < b > c, <-- here',
    '~5 km, ~~ about',
    'A*B is not A_B_',
    'سلام! می‌خواهید کتاب‌ها را ببینید؟',
    '1) one\n2. two',
    'C:\\new\\_x',
  ])('leaves %p as it is', (answer) => {
    expect(plainText(answer)).toBe(answer);
  });
});
