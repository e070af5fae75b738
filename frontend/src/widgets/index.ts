export { FileSourceContext } from "@/widgets/FileSourceContext";
export { TypemapContext, Widget } from "@/widgets/Widget";
export { type WidgetKind, chooseWidget } from "@/widgets/choose";
export type { FileSource, WorkerFile } from "@/widgets/files";
export type { ChangeOptions, WidgetProps } from "@/widgets/types";
export { fitScore, typeLabel } from "@/widgets/typeSpec";
export { workerFiles } from "@/widgets/files";
