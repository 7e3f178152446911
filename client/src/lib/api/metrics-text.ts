/** One line of Prometheus' text format: a name, its labels as they are written, a number. */
export interface Sample {
  name: string;
  labels: string;
  value: number;
}

/** name{labels} value; what follows the value is a time, which nobody here needs. */
const SAMPLE = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)/;

/** Reads Prometheus' text format; comments and what is no sample are passed over. */
export function readSamples(text: string): Sample[] {
  return text.split('\n').flatMap((line) => {
    const [, name, labels = '', value] = SAMPLE.exec(line) ?? [];
    return name && value && !line.startsWith('#') ? [{ name, labels, value: Number(value) }] : [];
  });
}

/** The sum over all samples of one name whose labels are wanted. */
export function sumOf(
  samples: Sample[],
  name: string,
  wanted: (labels: string) => boolean = () => true
): number {
  return samples
    .filter((sample) => sample.name === name && wanted(sample.labels))
    .reduce((sum, { value }) => sum + value, 0);
}
