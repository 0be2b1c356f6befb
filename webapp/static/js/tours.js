// The page of inspection tours: all of them, or the one that the address names, with its plan.
import { ask, inPath } from "./api.js";
import { openFrame } from "./desk_frame.js";
import { confirmed } from "./dialog.js";
import { find, findAll } from "./dom.js";
import { may, page } from "./page_data.js";
import { QueryState } from "./query_state.js";
import { FACETS, stateOf } from "./state.js";
import { TourDesk } from "./tour_desk.js";
import { filterOf, narrows } from "./tour_filter.js";
import { drawTours, newTour } from "./tour_list.js";
import { gettext } from "./words.js";

const part = (name) => find(`[data-part=${name}]`);
const address = new QueryState(["tour", "plan"]);
const mayWrite = may("tours");
const banners = openFrame({ retry: () => load(), isShown: () => answer !== null });
let answer = null;
let desk = null;
let shown = { tour: "", plan: "" };

for (const button of findAll(".writes")) button.hidden = !mayWrite;

/** Whether what is not kept may be lost. */
const mayLeave = async () => !desk?.state.isUnsaved || confirmed(gettext("还没有保存的改动会丢失。"), { yes: gettext("放弃改动"), danger: true });

/** Go there; what stands on the page is left only where nothing would be lost, or somebody agreed. */
async function go(next) {
  if (next.tour === shown.tour && next.plan === shown.plan) return;
  if (!(await mayLeave())) {
    address.set(shown);
    return;
  }
  shown = next;
  address.set(next);
  await load();
}

async function load() {
  const { tour, plan } = shown;
  document.body.dataset.ready = "false";
  part("list-view").hidden = Boolean(tour);
  part("desk-view").hidden = !tour;
  try {
    const found = await ask("/api/tours", null, "tours");
    if (!found) return;
    answer = found;
    if (tour) await openTour(tour, plan);
    else showList();
    banners.failed(null, "tours");
    document.body.dataset.ready = "true";
  } catch (problem) {
    banners.failed(problem, "tours");
  }
}

function showList() {
  // What was open is left: nothing of it can be lost any more.
  if (desk) desk.state.tour = null;
  drawTours(part("tours"), answer, { mayWrite, acts: { open: (tour) => go({ tour, plan: "" }), make, gone: load } });
}

async function openTour(no, planNo) {
  const [found, kept] = await Promise.all([ask(`/api/tours/${inPath(no)}`, null, "tour"), planNo ? ask(`/api/tour-plans/${inPath(planNo)}`, null, "tour-plan") : null]);
  if (!found) return;
  desk ??= new TourDesk({
    places: answer.places,
    mayWrite,
    acts: {
      open: (plan) => go({ tour: shown.tour, plan }),
      openTour: (tour) => go({ tour, plan: "" }),
      kept: (plan) => {
        shown = { ...shown, plan };
        address.set(shown);
      },
      failed: (problem, name) => banners.failed(problem, name),
    },
  });
  await desk.open(found, kept);
}

/** The wall map's filter, where the address brought one. */
const filterOfAddress = () => {
  const { facets, words } = stateOf(location.search, [page.colourings[0].code]);
  return { facets, words, wanted: filterOf({ facets, words }) };
};

/** Take the wall map's filter out of the address: it is in the wishes now. */
function forgetFilter() {
  const query = new URLSearchParams(location.search);
  for (const name of [...FACETS, "words"]) query.delete(name);
  const text = query.toString();
  history.replaceState(null, "", text ? `?${text}` : location.pathname);
}

async function make() {
  const tour = await newTour({ usual: answer.usual, places: answer.places, filter: filterOfAddress() });
  forgetFilter();
  if (tour) await go({ tour, plan: "" });
}

find("[data-act=new]").addEventListener("click", make);
find("[data-act=back]").addEventListener("click", (event) => {
  if (event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  go({ tour: "", plan: "" });
});
addEventListener("beforeunload", (event) => desk?.state.isUnsaved && event.preventDefault());
address.listen((now) => go({ ...now }));
shown = { ...address.now };
await load();
if (mayWrite && !shown.tour && answer && narrows(filterOfAddress())) make();
