import { useEffect, useRef, useState } from "react";
import { Slider } from "radix-ui";
import { newGesture } from "@/store/intents";
import { cx } from "@/ui/cx";
import { wholeNumbers } from "@/widgets/choose";
import { NumberWidget } from "@/widgets/NumberWidget";
import { numberOf, rangeOf } from "@/widgets/numbers";
import { makeThrottle } from "@/widgets/throttle";
import type { WidgetProps } from "@/widgets/types";
import css from "@/widgets/SliderWidget.module.css";

const DRAGGING_MS = 60;

/** A number between two bounds: a track to drag and a field to type in. */
export function SliderWidget(props: WidgetProps) {
  const { port, value, disabled, size = "sm", onChange, onCommit } = props;
  const range = rangeOf(port.valueOptions, wholeNumbers(port) ? "int" : "float");
  const gesture = useRef<string | null>(null);
  const [throttle] = useState(() => makeThrottle(DRAGGING_MS));
  const [dragged, setDragged] = useState<number | null>(null);
  const min = range.min ?? 0;
  const max = range.max ?? 100;
  const number = numberOf(value);
  const shown = dragged ?? number ?? numberOf(port.default) ?? min;
  useEffect(() => throttle.flush, [throttle]);

  return (
    <div className={cx(css.row, css[size])}>
      <Slider.Root
        className={cx("nodrag nopan", css.slider, number === null && css.unset)}
        min={min}
        max={max}
        step={range.step}
        disabled={disabled}
        value={[Math.min(max, Math.max(min, shown))]}
        onValueChange={([next]) => {
          if (next === undefined) return;
          gesture.current ??= newGesture();
          const options = { gesture: gesture.current };
          setDragged(next);
          throttle.run(() => onChange(next, options));
        }}
        onValueCommit={() => {
          throttle.flush();
          setDragged(null);
          gesture.current = null;
          onCommit?.();
        }}
      >
        <Slider.Track className={css.track}>
          <Slider.Range className={css.range} />
        </Slider.Track>
        <Slider.Thumb className={css.thumb} aria-label={port.name} />
      </Slider.Root>
      <div className={css.number}>
        <NumberWidget {...props} value={dragged ?? value} />
      </div>
    </div>
  );
}
