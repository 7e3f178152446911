/** Whether somebody can see the tab; injected, so that tests can hide it. */
export interface Visibility {
  readonly hidden: boolean;
  /** Calls back on every change; the returned function ends that. */
  onChange(callback: () => void): () => void;
}

export const tabVisibility: Visibility = {
  get hidden() {
    return document.visibilityState === 'hidden';
  },
  onChange(callback) {
    document.addEventListener('visibilitychange', callback);
    return () => document.removeEventListener('visibilitychange', callback);
  }
};
