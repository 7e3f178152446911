/** A small JSON value kept in localStorage. Blocked or full storage is no error: it is forgotten. */
export interface Stored<T> {
  read(): T | null;
  write(value: T): void;
}

export function stored<T>(key: string, isValid: (value: unknown) => value is T): Stored<T> {
  return {
    read() {
      try {
        const value: unknown = JSON.parse(localStorage.getItem(key) ?? 'null');
        return isValid(value) ? value : null;
      } catch {
        return null; // Blocked, or written by something else.
      }
    },
    write(value) {
      try {
        localStorage.setItem(key, JSON.stringify(value));
      } catch {
        // Blocked or full: the page works without memory.
      }
    }
  };
}
