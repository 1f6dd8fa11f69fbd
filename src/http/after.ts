/** Goes on at once with what is at hand, later with what is promised: no turn of the event loop for nothing. */
export function after<T, U>(value: T | Promise<T>, next: (value: T) => U): U | Promise<U> {
  return value instanceof Promise ? value.then(next) : next(value);
}
