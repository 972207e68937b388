// Checks a frame every half second, says what to change, and has the picture verified once two checks in a row were good.
const CHECK_MILLISECONDS = 500;
const GOOD_CHECKS = 2;
const OVAL = { x: 0.5, y: 0.49, reach: 0.16 }; // centre of the face in the visible part of the frame, and how far off it may be

const element = (id) => document.getElementById(id);
const video = element("video");
const frame = document.querySelector(".frame");

const VERDICTS = {
  accept: ["Accepted", "A living person was in front of the camera."],
  review: ["A person will look at it", "The picture alone does not decide. You need not do anything."],
  reject: ["Not accepted", "This does not look like a living person in front of the camera."],
  retake: ["Please take it again", "The picture is not good enough yet."],
};

let key = "";
let stream = null;
let busy = false;

// The key may come in the address's fragment, which no browser sends to a server; it is taken out of sight at once.
function takeKey() {
  const given = new URLSearchParams(location.hash.slice(1)).get("key");
  if (!given) return;
  element("key").value = given;
  history.replaceState(null, "", location.pathname);
}
takeKey();
addEventListener("hashchange", takeKey);

element("key-form").addEventListener("submit", (event) => {
  event.preventDefault();
  key = element("key").value.trim();
  start();
});
element("now").addEventListener("click", () => verify());
element("again").addEventListener("click", () => start());
addEventListener("pagehide", stop);

async function start() {
  show("camera");
  guide("Starting the camera …", false);
  if (!navigator.mediaDevices) {
    fail("This browser gives no camera to this page: open it over HTTPS, or on localhost.");
    return;
  }
  try {
    stream = await navigator.mediaDevices.getUserMedia({
      video: { facingMode: "user", width: { ideal: 1280 }, height: { ideal: 720 } },
    });
    video.srcObject = stream;
    await video.play();
  } catch (error) {
    fail(error.name === "NotAllowedError"
      ? "The camera is blocked. Allow it for this page in your browser, then start again."
      : "No camera was found, or another program uses it.");
    return;
  }
  guide("Put your face into the oval.", false);
  watch(stream);
}

function stop() {
  stream?.getTracks().forEach((track) => track.stop());
  stream = null;
  video.srcObject = null;
}

async function watch(current) {
  let good = 0;
  while (stream === current) {
    const begun = performance.now();
    if (!busy) {
      try {
        const answer = await post("/check/face", await picture(0.85));
        if (stream !== current) return;
        const advice = answer.quality_pass ? offCentre(answer) : answer.reasons[0].message;
        good = advice ? 0 : good + 1;
        guide(advice || "Hold still …", !advice);
      } catch (error) {
        if (stream !== current || !patient(error)) return;
        good = 0;
      }
      if (good >= GOOD_CHECKS) {
        await verify();
        return;
      }
    }
    await new Promise((done) => setTimeout(done, Math.max(0, CHECK_MILLISECONDS - (performance.now() - begun))));
  }
}

// The gate says whether a face is good, not whether it is where the oval is.
function offCentre({ face, picture: size }) {
  const scale = Math.max(frame.clientWidth / size.width, frame.clientHeight / size.height);
  const x = 0.5 + ((face.box.left + face.box.right - size.width) / 2) * scale / frame.clientWidth;
  const y = 0.5 + ((face.box.top + face.box.bottom - size.height) / 2) * scale / frame.clientHeight;
  if (Math.abs(x - OVAL.x) <= OVAL.reach && Math.abs(y - OVAL.y) <= OVAL.reach) return "";
  return "Move your face into the oval.";
}

async function verify() {
  if (busy || !stream) return;
  busy = true;
  guide("Checking …", true);
  try {
    const taken = await picture(0.95);
    const answer = await post("/verify/face", taken);
    const address = await dataUrl(taken);
    stop();
    tell(answer, address);
  } catch (error) {
    if (patient(error)) watch(stream);
  } finally {
    busy = false;
  }
}

async function picture(quality) {
  const canvas = document.createElement("canvas");
  canvas.width = video.videoWidth;
  canvas.height = video.videoHeight;
  canvas.getContext("2d").drawImage(video, 0, 0);
  return new Promise((done) => canvas.toBlob(done, "image/jpeg", quality));
}

function dataUrl(blob) {
  return new Promise((done) => {
    const reader = new FileReader();
    reader.onload = () => done(reader.result);
    reader.readAsDataURL(blob);
  });
}

async function post(path, blob) {
  const form = new FormData();
  form.append("image", blob, "camera.jpg");
  let response;
  try {
    response = await fetch(path, { method: "POST", headers: { "X-API-Key": key }, body: form });
  } catch {
    throw { status: 0 };
  }
  const said = await response.json();
  if (!response.ok) throw { status: response.status, ...said };
  return said;
}

// Whether it is worth going on after an error.
function patient(error) {
  if (error.status === 401 || error.status === 403) {
    fail(error.status === 401 ? "This key is not known. Check it and start again." : "This key may not verify pictures.");
    return false;
  }
  if (error.status === undefined) throw error; // a mistake of this page, not an answer
  guide(error.status === 0 || error.status >= 500 ? "The service does not answer. Trying again …"
    : error.status === 429 ? "Too many requests. Trying again …" : error.title, false);
  return true;
}

function guide(text, good) {
  if (element("guidance").textContent !== text) element("guidance").textContent = text;
  frame.classList.toggle("good", good);
}

function tell(answer, address) {
  const [title, explanation] = VERDICTS[answer.decision];
  element("result").dataset.decision = answer.decision;
  element("verdict").textContent = title;
  element("explanation").textContent = explanation;
  element("picture").src = address;
  element("reasons").replaceChildren(...answer.reasons.map((reason) => text("li", reason.message)));
  const facts = [["Verification", answer.verification_id]];
  if (answer.live_probability !== null) facts.unshift(["Living person", `${(100 * answer.live_probability).toFixed(1)} %`]);
  if (answer.model) facts.push(["Model", answer.model.version]);
  element("facts").replaceChildren(...facts.flatMap(([name, value]) => [text("dt", name), text("dd", value)]));
  element("json").textContent = JSON.stringify(answer, null, 2);
  show("result");
  element("verdict").focus();
}

function text(tag, content) {
  const made = document.createElement(tag);
  made.textContent = content;
  return made;
}

function fail(message) {
  stop();
  show("key-form");
  element("problem").textContent = message;
  element("problem").hidden = false;
}

function show(id) {
  for (const part of ["key-form", "camera", "result"]) element(part).hidden = part !== id;
  element("problem").hidden = true;
}
