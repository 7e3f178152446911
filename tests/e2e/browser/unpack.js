// Unpacks the browser with the libraries it needs, and prints as JSON how to start it.
process.env.AWS_EXECUTION_ENV = "AWS_Lambda_nodejs24.x"; // asks the package for its libraries too
const { default: chromium } = await import("@sparticuz/chromium");

const executable = await chromium.executablePath();
const libraries = process.env.LD_LIBRARY_PATH ?? "";
console.log(JSON.stringify({ executable, libraries }));
