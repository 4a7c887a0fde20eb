export { JoinPage, SignInAgain, SignInPage } from './sign-in-page.js';
export {
  CredentialForm,
  CurrentPasswordField,
  NewPasswordField,
  postJson,
  textOf,
  wordsOf,
} from './credential-form.js';
