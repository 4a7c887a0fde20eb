export { JoinPage, SignInAgain, SignInPage } from './sign-in-page.js';
