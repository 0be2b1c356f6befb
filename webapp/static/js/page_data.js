// What the server wrote into the page: language, texts, style table, colourings, code lists, the store's facts.

export const page = JSON.parse(document.getElementById("page-data").textContent);

/** Whether whoever looks may do this (webapp/rights.py): what a page offers; the server decides. */
export const may = (right) => page.me.may.includes(right);
