// What a page is given where CPTS_SIM_SLOW_PAGE names milliseconds: whatever a browser does later, it does much later.
(() => {
  const LATE = ["toggle", "close", "message", "resize", "hashchange"];
  const add = EventTarget.prototype.addEventListener;
  EventTarget.prototype.addEventListener = function (kind, action, ...more) {
    const late = LATE.includes(kind) && typeof action === "function";
    return add.call(this, kind, late ? (event) => setTimeout(() => action.call(this, event), 0) : action, ...more);
  };
  const timer = window.setTimeout;
  window.setTimeout = (action, wait = 0, ...more) => timer(action, wait + MILLISECONDS, ...more);
  const frame = window.requestAnimationFrame.bind(window);
  window.requestAnimationFrame = (action) => frame(() => timer(() => action(performance.now()), MILLISECONDS / 4));
  for (const name of ["onmessage", "onclose"]) {
    const { set, get } = Object.getOwnPropertyDescriptor(WebSocket.prototype, name);
    const later = (action) => action && ((event) => setTimeout(() => action(event), 0));
    Object.defineProperty(WebSocket.prototype, name, { get, set(action) { set.call(this, later(action)); } });
  }
})();
