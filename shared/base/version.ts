/** The program's version, which is in each log line. A test checks that package.json has the same. */
export const VERSION = "0.1.0";
