import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { loadLanguage } from '../i18n/index.js';
import { resumeSession } from '../session/index.js';
import { App } from './app.js';
import './app.css';

const root = document.getElementById('root');
if (!root) throw new Error('index.html has no #root');
// The first thing shown is in the right language.
await Promise.all([loadLanguage(), resumeSession()]);
createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
