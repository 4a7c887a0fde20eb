import { fillIn, unknownIn } from './fill-in.js';

it.each([
  ['Hi {{customer.first_name}}!', 'Hi Mara!', []],
  ['Hi {{ customer.first_name }}, {{me.name}} here', 'Hi Mara, {{me.name}} here', ['me.name']],
  ['{{me.name}} {{me.name}}', '{{me.name}} {{me.name}}', ['me.name']],
  ['{{ 1 + 1 }} {{nothing}} {{', '{{ 1 + 1 }} {{nothing}} {{', []],
])('%s is filled as %s', (text, filled, missing) => {
  expect(fillIn(text, { 'customer.first_name': 'Mara' })).toEqual({ text: filled, missing });
});

it('puts in what a customer calls themselves as it is', () => {
  const name = '$& {{me.name}} <b>';
  expect(fillIn('Hi {{customer.name}}', { 'customer.name': name, 'me.name': 'Anna' }).text).toBe(`Hi ${name}`);
});

it('names what nothing will ever fill', () => {
  expect(unknownIn('Hi {{customer.name}} {{customer.nmae}}')).toBe('customer.nmae');
  expect(unknownIn('Hi {{customer.name}}')).toBeUndefined();
});
