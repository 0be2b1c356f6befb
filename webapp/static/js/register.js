import { openFrame } from "./desk_frame.js";
openFrame();
