export { MySignIn } from './my-sign-in.js';
export { StaffPage } from './staff-page.js';
