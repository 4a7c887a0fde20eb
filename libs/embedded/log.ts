/** Takes one line of progress ("downloading …", "started …"), without a line end. */
export type ProgressLog = (line: string) => void;
