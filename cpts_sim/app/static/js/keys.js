// Keys: everything can be done without a mouse.

const TYPING = ["SELECT", "TEXTAREA"];

export function listen(actions) {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || document.getElementById("box").open) return;
    const target = event.target;
    const ranging = target.tagName === "INPUT" && target.type === "range";
    if (TYPING.includes(target.tagName)) return;
    if (event.key === " " && ["BUTTON", "INPUT", "SUMMARY", "A"].includes(target.tagName) && !ranging) return;
    if (ranging && event.key.startsWith("Arrow")) return;
    const name = event.shiftKey && event.key.startsWith("Arrow") ? `Shift+${event.key}` : event.key;
    const action = actions[name] ?? (/^[1-9]$/.test(event.key) ? actions.mission : null);
    if (!action) return;
    event.preventDefault();
    action(event.key);
  });
}
