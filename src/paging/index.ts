export { cursorOf, readCursor, type Position } from './cursor.js';
export { pageBehind, type Range } from './page-behind.js';
export { IdPageQuery } from './id-page-query.js';
export { accountIdPattern, accountIdRule, cursorPattern, cursorRule, toBoolean, toInt } from './query-values.js';
