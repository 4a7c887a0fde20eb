/** The id of the server's app, as `subscribed_apps`, `debug_token` and Messenger's echoes show it. */
export const APP_ID = '990602627938098';
