/**
 * Asks this thread's loop for a slice. The loop installs itself here, so that what makes goroutines ready does not
 * import what runs them.
 */
let request: () => void = () => undefined;

/** Makes sure that a slice runs soon. Cheap when one is already due. */
export function schedule(): void {
  request();
}

export function onSchedule(callback: () => void): void {
  request = callback;
}
