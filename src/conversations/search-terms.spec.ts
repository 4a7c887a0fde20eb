import { isSelective, searchTermsOf } from './search-terms.js';

it.each([
  ['Zoë Brandão-Łukasz', ['zoe', 'brandao', 'lukasz']],
  ['mara.lindqvist_99', ['mara', 'lindqvist', '99']],
  ['Привет, Мир! Ёлка', ['привет', 'мир', 'елка']],
  ['(a+)+$ .* \\', ['a']],
  ['🎉🎉', []],
  ['same SAME Same', ['same']],
  ['Łukasz Sørensen', ['lukasz', 'sorensen']],
  ['Straße STRASSE GROẞ', ['strasse', 'gross']],
  ['Æble og Þór', ['aeble', 'og', 'thor']],
  ['Đorđe ışık İzmir', ['dorde', 'isik', 'izmir']],
  ['Guðrún Œuvre ħobż ŧuohtas', ['gudrun', 'oeuvre', 'hobz', 'tuohtas']],
  ['Ελλάς ΕΛΛΆΣ', ['ελλασ']],
  ['ﬁnal ＡＢＣ ①②', ['final', 'abc', '12']],
  ['٠٥٥ ۱۲۳ ५६', ['055', '123', '56']],
  ['مُحَمَّد أحمد می‌خواهید', ['محمد', 'احمد', 'ميخواهيد']],
  ['שָׁלוֹם', ['שלום']],
  ['क्‍या किताब', ['क्या', 'किताब']],
])('%s is searched as %j', (text, terms) => {
  expect(searchTermsOf(text)).toEqual(terms);
});

it.each([
  ['東京都', ['東京', '京都', '都']],
  ['私はラーメンが好き!', ['私は', 'はラ', 'ラー', 'ーメ', 'メン', 'ンか', 'か好', '好き', 'き']],
  ['iPhone手机2台', ['iphone', '手机', '机', '2', '台']],
  ['东', ['东']],
])('%s, written without spaces, is searched by its pairs: %j', (text, terms) => {
  expect(searchTermsOf(text)).toEqual(terms);
});

/** Whether a search finds a text, as the store does: each word asked for begins one that is stored. */
const finds = (text: string, asked: string): boolean => {
  const stored = searchTermsOf(text);
  return searchTermsOf(asked).every((term) => stored.some((word) => word.startsWith(term)));
};

it.each([
  ['สวัสดีครับ ร้านเปิดกี่โมง', 'เปิด'],
  ['สวัสดีครับ', 'ครับ'],
  ['ສະບາຍດີ', 'ບາຍ'],
  ['សួស្តីអ្នក', 'អ្នក'],
  ['မင်္ဂလာပါ', 'လာပါ'],
  ['明天可以预约吗', '预约'],
  ['明天可以预约吗', '吗'],
  ['한국어 가능해요?', '한국'],
])('in %s it finds %s', (text, asked) => {
  expect(finds(text, asked)).toBe(true);
});

it('finds no word of its own by others: vowel signs are letters, too', () => {
  expect(finds('किताब', 'कताब')).toBe(false);
  expect(finds('明天可以预约吗', '明可')).toBe(false);
});

it('takes the words of several texts to the end of the longest message, and cuts long ones', () => {
  expect(searchTermsOf('Mara', undefined, 'x'.repeat(100))).toEqual(['mara', 'x'.repeat(24)]);
  const long = Array.from({ length: 200 }, (_, n) => `w${n}`).join(' ');
  expect(searchTermsOf(long.slice(0, 1_000)).at(-1)).toBe(long.slice(0, 1_000).split(' ').at(-1));
  expect(
    searchTermsOf('字'.repeat(3), Array.from({ length: 1_000 }, (_, n) => String.fromCodePoint(0x4e00 + n)).join('')),
  ).toHaveLength(500);
});

it('tells a letter, which begins a word everywhere, from a character that is one', () => {
  expect(['a', '7', 'й', 'ab', '茶', 'ร'].map(isSelective)).toEqual([false, false, false, true, true, true]);
});
