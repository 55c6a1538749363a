import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import './design/tokens.css';
import './design/base.css';
import './design/components.css';
import { Routes } from './routes.tsx';
import { WithSettings } from './session/session.tsx';
import { exposePage } from './test-hook.ts';

exposePage();
const element = document.querySelector('#page');
if (element === null) throw new Error('index.html has no element #page');
createRoot(element).render(
  <StrictMode>
    <WithSettings>
      <Routes />
    </WithSettings>
  </StrictMode>,
);
