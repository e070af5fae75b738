import { type KeyboardEvent, type PointerEvent, useRef } from "react";
import { ChevronDown, ChevronUp } from "lucide-react";
import type { PortRecord } from "@/store/types";
import { cx } from "@/ui/cx";
import { wholeNumbers } from "@/widgets/choose";
import { emptied, placeholderFor } from "@/widgets/empty";
import { FieldMessage } from "@/widgets/FieldMessage";
import {
  type NumberKind,
  type Range,
  formatNumber,
  numberOf,
  outOfRange,
  parseNumber,
  rangeOf,
  stepBy,
} from "@/widgets/numbers";
import type { WidgetProps } from "@/widgets/types";
import { type Draft, type DraftResult, useDraft } from "@/widgets/useDraft";
import css from "@/widgets/Widgets.module.css";

/** Pixels that the pointer moves for one step while scrubbing. */
const SCRUB_PX = 6;
const DRAG_FROM_PX = 3;

const KEY_STEPS: Record<string, number> = { ArrowUp: 1, ArrowDown: -1, PageUp: 10, PageDown: -10 };

function useScrub(draft: Draft, start: () => number, move: (from: number, steps: number) => number) {
  const drag = useRef<{ x: number; from: number; moving: boolean } | null>(null);
  return {
    onPointerDown(event: PointerEvent<HTMLInputElement>) {
      if (event.button !== 0 || document.activeElement === event.currentTarget) return;
      event.preventDefault(); // focus only on a click, so that dragging does not open the text
      event.currentTarget.setPointerCapture(event.pointerId);
      drag.current = { x: event.clientX, from: start(), moving: false };
    },
    onPointerMove(event: PointerEvent<HTMLInputElement>) {
      const running = drag.current;
      if (!running) return;
      const way = event.clientX - running.x;
      running.moving ||= Math.abs(way) > DRAG_FROM_PX;
      if (!running.moving) return;
      const scale = event.shiftKey ? 10 : event.altKey ? 0.1 : 1;
      draft.put(move(running.from, Math.round((way / SCRUB_PX) * scale)));
    },
    onPointerUp(event: PointerEvent<HTMLInputElement>) {
      const running = drag.current;
      drag.current = null;
      if (!running) return;
      if (running.moving) draft.commit();
      else {
        event.currentTarget.focus();
        event.currentTarget.select();
      }
    },
    onPointerCancel() {
      drag.current = null;
      draft.revert();
    },
  };
}

function StepButtons({ onStep }: { onStep: (steps: number) => void }) {
  return (
    <span className={css.steps} aria-hidden>
      <button type="button" tabIndex={-1} onClick={() => onStep(1)}>
        <ChevronUp size={11} />
      </button>
      <button type="button" tabIndex={-1} onClick={() => onStep(-1)}>
        <ChevronDown size={11} />
      </button>
    </span>
  );
}

/** Reads text for a port: empty is what the port falls back to, and bounds are respected. */
function readNumber(text: string, port: PortRecord, kind: NumberKind, range: Range): DraftResult {
  if (text.trim() === "") return { ok: true, value: emptied(port) };
  const parsed = parseNumber(text, kind);
  const number = parsed.ok ? numberOf(parsed.value) : null;
  const problem = number === null ? null : outOfRange(number, range);
  return problem === null ? parsed : { ok: false, reason: problem };
}

/** A number: type it, step it with the arrows, or drag over it. */
export function NumberWidget(props: WidgetProps) {
  const { port, value, disabled, size = "sm", onChange, onCommit, id } = props;
  const kind = wholeNumbers(port) ? "int" : "float";
  const range = rangeOf(port.valueOptions, kind);
  const parse = (text: string) => readNumber(text, port, kind, range);
  const draft = useDraft({ value, format: formatNumber, parse, onChange, onCommit });

  const current = () => numberOf(value) ?? numberOf(port.default) ?? range.min ?? 0;
  const scrub = useScrub(draft, current, (from, steps) => stepBy(from, steps, range));

  function stepped(steps: number): void {
    const typed = parseNumber(draft.text, kind);
    draft.put(stepBy((typed.ok ? numberOf(typed.value) : null) ?? current(), steps, range));
  }

  function onKeyDown(event: KeyboardEvent<HTMLInputElement>): void {
    const steps = KEY_STEPS[event.key];
    if (steps !== undefined) {
      event.preventDefault();
      stepped(event.shiftKey ? steps * 10 : steps);
    } else if (event.key === "Enter") {
      draft.commit();
      event.currentTarget.select();
    } else if (event.key === "Escape") {
      event.stopPropagation();
      draft.revert();
      event.currentTarget.blur();
    }
  }

  return (
    <div>
      <div className={cx(css.field, css[size], draft.error && css.invalid, disabled && css.disabled)}>
        <input
          id={id}
          type="text"
          inputMode={kind === "int" ? "numeric" : "decimal"}
          role="spinbutton"
          autoComplete="off"
          className={cx("nodrag nopan", css.input, css.number, !disabled && css.scrub)}
          aria-label={port.name}
          aria-valuenow={numberOf(value) ?? undefined}
          aria-valuemin={range.min ?? undefined}
          aria-valuemax={range.max ?? undefined}
          aria-invalid={draft.error ? true : undefined}
          disabled={disabled}
          value={draft.text}
          placeholder={placeholderFor(port, value)}
          onChange={(event) => draft.type(event.target.value)}
          onBlur={draft.commit}
          onKeyDown={onKeyDown}
          {...(disabled ? {} : scrub)}
        />
        {size === "md" && !disabled && (
          <StepButtons
            onStep={(steps) => {
              stepped(steps);
              draft.commit();
            }}
          />
        )}
      </div>
      <FieldMessage text={draft.error} />
    </div>
  );
}
