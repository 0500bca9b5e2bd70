/** The page while it is presented: the network, and what there is to say about it. No panel that could change the run. */
import { lazy, Suspense } from 'react';
import { NetworkPanel } from '../features/network/index.ts';
import { StatusPanel } from '../features/status/index.ts';
import styles from './App.module.css';

const Presenter = lazy(() => import('../features/presenting/Presenter.tsx'));

export function PresentLayout() {
  return (
    <div className={styles.desk}>
      <main className={styles.presented}>
        <NetworkPanel />
      </main>
      <Suspense fallback={null}>
        <Presenter />
      </Suspense>
      <div className={styles.status}>
        <StatusPanel />
      </div>
    </div>
  );
}
