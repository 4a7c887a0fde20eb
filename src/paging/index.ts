export { cursorOf, readCursor, type Position } from './cursor.js';
export { IdPipe } from './id.pipe.js';
export { pageBehind, type Range } from './page-behind.js';
export { IdPageQuery } from './id-page-query.js';
export { LimitQuery, PageLimit, PageQuery, Skip } from './page-query.js';
export { pageOf } from './page-of.js';
export { totalBeside } from './total-beside.js';
export {
  accountIdPattern,
  accountIdRule,
  cursorPattern,
  cursorRule,
  emptyIsAbsent,
  metaIdPattern,
  metaIdRule,
  toBoolean,
  toInt,
} from './query-values.js';
