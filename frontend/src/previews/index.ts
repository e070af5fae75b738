export { ErrorView } from "@/previews/ErrorPreview";
export { FullView } from "@/previews/FullView";
export { Preview } from "@/previews/Preview";
export { type PreviewKind, type PreviewSize, choosePreview } from "@/previews/choose";
export type { PreviewProps } from "@/previews/types";
