/** The program's version: package.json's, which a test holds it to. It stands in each log line. */
export const VERSION = "0.1.0";
