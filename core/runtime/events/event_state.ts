import type { EventTarget } from "./event_target.ts";

/** `Event.eventPhase` */
export const PHASE = {
  NONE: 0,
  CAPTURING_PHASE: 1,
  AT_TARGET: 2,
  BUBBLING_PHASE: 3,
} as const;

/** What an event knows and a dispatch changes (DOM standard, section 2.2). Never reachable by scripts. */
export class EventState {
  type: string;
  bubbles: boolean;
  cancelable: boolean;
  composed = false;
  trusted = false;
  /** Milliseconds since the isolate's time origin. */
  readonly timeStamp: number;
  target: EventTarget | null = null;
  currentTarget: EventTarget | null = null;
  phase: number = PHASE.NONE;
  dispatching = false;
  propagationStopped = false;
  immediatePropagationStopped = false;
  canceled = false;
  inPassiveListener = false;

  constructor(type: string, bubbles: boolean, cancelable: boolean, timeStamp: number) {
    this.type = type;
    this.bubbles = bubbles;
    this.cancelable = cancelable;
    this.timeStamp = timeStamp;
  }

  /** What `preventDefault()` asks for. */
  cancel(): void {
    if (this.cancelable && !this.inPassiveListener) this.canceled = true;
  }

  /** "Initialize" of the standard, for `initEvent`. Returns false, and does nothing, during a dispatch. */
  initialize(type: string, bubbles: boolean, cancelable: boolean): boolean {
    if (this.dispatching) return false;
    this.propagationStopped = false;
    this.immediatePropagationStopped = false;
    this.canceled = false;
    this.trusted = false;
    this.target = null;
    this.type = type;
    this.bubbles = bubbles;
    this.cancelable = cancelable;
    return true;
  }

  begin(target: EventTarget): void {
    this.dispatching = true;
    this.target = target;
    this.currentTarget = target;
    this.phase = PHASE.AT_TARGET;
  }

  end(): void {
    this.phase = PHASE.NONE;
    this.currentTarget = null;
    this.dispatching = false;
    this.propagationStopped = false;
    this.immediatePropagationStopped = false;
  }
}
