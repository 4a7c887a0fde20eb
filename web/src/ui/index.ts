export { Announcer, announce } from './announcer.js';
export { Avatar } from './avatar.js';
export { Boundary } from './boundary.js';
export { Dialog } from './dialog.js';
export { Icon, type IconName } from './icon.js';
export { Link } from './link.js';
export { Empty, ErrorNotice } from './notice.js';
export { Observable, useObservable } from './observable.js';
