/** The screen's frames as the player needs them; injected, so that tests can draw them by hand. */
export interface Frames {
  /** Calls back before the next frame with its time in milliseconds; the function calls it off. */
  next(callback: (nowMs: number) => void): () => void;
}

export const screenFrames: Frames = {
  next(callback) {
    const request = requestAnimationFrame(callback);
    return () => cancelAnimationFrame(request);
  }
};
