/** Whether the browser believes that it has a network. */
export class Connection {
  online = $state.raw(navigator.onLine);

  /** Follows the browser's events until the returned function is called. */
  watch(onBack: () => void): () => void {
    const events = new AbortController();
    const { signal } = events;
    addEventListener('offline', () => (this.online = false), { signal });
    addEventListener('online', () => ((this.online = true), onBack()), { signal });
    return () => events.abort();
  }
}
