import { createContext } from "react";
import { type FileSource, workerFiles } from "@/widgets/files";

/** Where file widgets look: the current worker, unless something around them says otherwise. */
export const FileSourceContext = createContext<FileSource>(workerFiles);
