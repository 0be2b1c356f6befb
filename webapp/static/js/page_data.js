// What the server wrote into the page: language, texts, style table, colourings, code lists, the store's facts.

export const page = JSON.parse(document.getElementById("page-data").textContent);
