/** A map of records with one subscription list per key, so that a change wakes only who shows it. */

type Listener = () => void;

let depth = 0;
const touched = new Set<Set<Listener>>();

/** Runs `change` and tells subscribers once afterwards, however many records it wrote. */
export function batch(change: () => void): void {
  depth += 1;
  try {
    change();
  } finally {
    depth -= 1;
    if (depth === 0) flush();
  }
}

function flush(): void {
  while (touched.size > 0) {
    const calls = new Set<Listener>();
    for (const listeners of touched) for (const listener of listeners) calls.add(listener);
    touched.clear();
    for (const call of calls) call();
  }
}

function touch(listeners: Set<Listener> | undefined): void {
  if (listeners === undefined || listeners.size === 0) return;
  touched.add(listeners);
  if (depth === 0) flush();
}

export class Collection<T> {
  private records = new Map<string, T>();
  private byKey = new Map<string, Set<Listener>>();
  private keyListeners = new Set<Listener>();
  private anyListeners = new Set<Listener>();
  private keyCache: readonly string[] = [];

  get = (key: string): T | undefined => this.records.get(key);

  /** The keys, the same array until one is added or removed. */
  keys = (): readonly string[] => this.keyCache;

  values(): IterableIterator<T> {
    return this.records.values();
  }

  get size(): number {
    return this.records.size;
  }

  set(key: string, record: T): void {
    const before = this.records.get(key);
    if (before === record) return;
    batch(() => {
      this.records.set(key, record);
      if (before === undefined) this.keysChanged();
      touch(this.byKey.get(key));
      touch(this.anyListeners);
    });
  }

  delete(key: string): void {
    if (!this.records.has(key)) return;
    batch(() => {
      this.records.delete(key);
      this.keysChanged();
      touch(this.byKey.get(key));
      touch(this.anyListeners);
    });
  }

  /** Swaps the whole content. */
  replaceAll(entries: Iterable<[string, T]>): void {
    batch(() => {
      const gone = this.records;
      this.records = new Map(entries);
      this.keysChanged();
      for (const key of new Set([...gone.keys(), ...this.records.keys()])) touch(this.byKey.get(key));
      touch(this.anyListeners);
    });
  }

  /** Calls back when the record of one key is added, replaced or removed. */
  subscribe(key: string, listener: Listener): () => void {
    const listeners = this.byKey.get(key) ?? new Set();
    this.byKey.set(key, listeners);
    listeners.add(listener);
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0) this.byKey.delete(key);
    };
  }

  /** Calls back when a key is added or removed. */
  subscribeKeys = (listener: Listener): (() => void) => {
    this.keyListeners.add(listener);
    return () => this.keyListeners.delete(listener);
  };

  /** Calls back on every change. */
  subscribeAny = (listener: Listener): (() => void) => {
    this.anyListeners.add(listener);
    return () => this.anyListeners.delete(listener);
  };

  private keysChanged(): void {
    this.keyCache = [...this.records.keys()];
    touch(this.keyListeners);
  }
}

/** One value with subscribers. */
export class Cell<T> {
  private listeners = new Set<Listener>();

  constructor(private value: T) {}

  get = (): T => this.value;

  set(value: T): void {
    if (Object.is(value, this.value)) return;
    this.value = value;
    touch(this.listeners);
  }

  update(change: (value: T) => T): void {
    this.set(change(this.value));
  }

  subscribe = (listener: Listener): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };
}
