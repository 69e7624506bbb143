console.log("text is initialised");
const SPACE = " ";
export function words(s: string): string[] {
  return s.split(SPACE);
}
export const shout = (s: string): string => s.toUpperCase() + "!";
export { SPACE as SEPARATOR };
